// Sending: what waits is sent when there is a real contact; a box is deleted only when the account's answer names it.

import * as vault from "./vault.js";
import { isSigned } from "./keys.js";

const BATCH = 100;
const BATCH_BYTES = 400_000;
const PATIENCE = 15000;
// So long somebody is kept waiting at the bar.
const SHORT_PATIENCE = 4000;
// A bundle is fetched anew after so long, and after whatever was sent.
const NEWS = 60_000;
// So many records that each can't be read are no records that are stuck, but a server that is.
const STUCK_MOST = 3;

async function call(path, body, patience = PATIENCE) {
  const options = { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(patience) };
  if (body instanceof Blob) Object.assign(options, { method: "POST", body });
  else if (body !== undefined) {
    Object.assign(options, {
      method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
    });
  }
  const answer = await fetch(path, options);
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(found.message || answer.statusText), { status: answer.status });
  return found;
}

export async function enrol(token, publicKey, label) {
  return call("/api/enrol", { token, public_key: publicKey, label });
}

export async function state(device) {
  return call(`/api/device/${device}`);
}

export async function readPicture(picture) {
  return (await call(`/api/device/${await vault.get("device")}/read`, picture)).text;
}

export async function passByNumber(permit) {
  return call(`/api/device/${await vault.get("device")}/pass`, { permit }, SHORT_PATIENCE);
}

// Never the browser's own word for being online: only an answer of the account is a contact.
export async function ping() {
  const found = await call("/api/ping");
  const now = Date.parse(found.now);
  await vault.put({ contact: Date.now(), offset: now - Date.now(), floor: now });
  return found;
}

// The pinned keys: they come with the enrolment. A phone that was enrolled before passes existed gets them once.
export async function pin() {
  const [device, roots] = await vault.many("device", "roots");
  if (roots?.length) return;
  const found = await state(device);
  if (found.roots?.length) await vault.put({ roots: found.roots });
}

export async function refresh() {
  const [device, held] = await vault.many("device", "bundle");
  const found = await call(`/api/device/${device}/bundle`);
  if (!(await isSigned("mingbai/bundle/1", found, JSON.parse(found.text).trust))) {
    throw new Error("the bundle is not signed by the account");
  }
  const bundle = JSON.parse(found.text);
  if (held && (bundle.origin !== held.origin || bundle.version < held.version)) {
    throw new Error("the bundle is older than the one that is here");
  }
  await vault.put({ bundle, refreshed: Date.now() });
  return bundle;
}

// As many as one sending takes: by number and by size, so that a thin network carries it.
function batchOf(waiting) {
  const found = [];
  let size = 0;
  for (const one of waiting) {
    if (found.length === BATCH || (found.length && size + one.box.length > BATCH_BYTES)) break;
    found.push(one);
    size += one.box.length;
  }
  return found;
}

async function exchange(device, batch, carried) {
  const envelopes = batch.map(({ seq, box, signature }) => ({ seq, box, signature }));
  return call("/api/sync", { device, envelopes, now: new Date().toISOString(), ...(carried ? { carried } : {}) });
}

// Send a batch. One record that the server can't take is found by halving, and set aside: the others go on.
async function sendBatch(device, batch, hear, stuck) {
  try {
    await hear(await exchange(device, batch));
  } catch (fault) {
    if (!fault.status || [429, 503].includes(fault.status)) throw fault;
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await sendBatch(device, batch.slice(0, middle), hear, stuck);
      await sendBatch(device, batch.slice(middle), hear, stuck);
      return;
    }
    stuck.push(batch[0].seq);
    if (stuck.length > STUCK_MOST) throw fault;
  }
}

async function sendOwn() {
  const device = await vault.get("device");
  const stuck = [];
  let heard = false;
  for (;;) {
    const waiting = (await vault.all("queue")).filter((one) => !one.held && !stuck.includes(one.seq));
    if (!waiting.length) break;
    const before = stuck.length;
    let gone = 0;
    await sendBatch(device, batchOf(waiting), async (answer) => {
      gone += await vault.answered(answer.results);
      heard ||= answer.results.length > 0;
      await vault.put({ gaps: answer.gaps });
    }, stuck);
    if (!gone && stuck.length === before) break;
  }
  for (const seq of stuck) await vault.setAside(seq, "unreadable");
  return heard;
}

// Boxes of other phones go on as they came; each phone's answer is signed for that phone alone.
async function sendCarried() {
  const waiting = (await vault.all("relay")).filter((one) => !one.outcome);
  for (const device of new Set(waiting.map((one) => one.device))) {
    const theirs = waiting.filter((one) => one.device === device);
    while (theirs.length) {
      const batch = batchOf(theirs);
      theirs.splice(0, batch.length);
      const answer = await exchange(device, batch, true);
      await vault.carried(device, answer.answers, answer.results);
    }
  }
}

// There is no bundle for a phone that was revoked, nor for one whose holder has nothing to do here any more: the phone says so,
// and nothing goes on as if it counted.
async function noNews(fault) {
  const [device, bundle] = await vault.many("device", "bundle");
  if (fault.status === 403) await vault.put({ bundle: { ...bundle, mandates: [] } });
  if (fault.status !== 401) return;
  const found = await state(device).catch(() => null);
  if (found) await vault.put({ revoked: found.state === "revoked" });
}

// Send all that waits; several pages of one phone take turns, and whoever comes second has nothing to do.
export async function send() {
  return navigator.locks.request("mingbai-sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await ping();
    const heard = await sendOwn();
    await sendCarried().catch(() => undefined);
    await pin().catch(() => undefined);
    const age = Math.abs(Date.now() - ((await vault.get("refreshed")) || 0));
    if (heard || age > NEWS) await refresh().catch(noNews);
    return true;
  });
}
