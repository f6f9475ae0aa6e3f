// Sending: what waits is sent when there is a real contact; a box is deleted only when its answer names it.

import * as vault from "./vault.js";
import { bytes, verify } from "./sealing.js";

const BATCH = 50;
const PATIENCE = 15000;

async function call(path, body) {
  const options = { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) };
  if (body !== undefined) {
    Object.assign(options, {
      method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
    });
  }
  const answer = await fetch(path, options);
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.message || answer.statusText), { told: found });
  return found;
}

export async function enrol(token, publicKey, label) {
  return call("/api/enrol", { token, public_key: publicKey, label });
}

export async function state(device) {
  return call(`/api/device/${device}`);
}

// Never the browser's own word for being online: only an answer of the account is a contact.
export async function ping() {
  const found = await call("/api/ping");
  await vault.put({ contact: Date.now(), offset: Date.parse(found.now) - Date.now() });
  return found;
}

export async function refresh() {
  const [device, passKey, held] = await Promise.all(
    ["device", "passKey", "bundle"].map((name) => vault.get(name)),
  );
  const found = await call(`/api/device/${device}/bundle`);
  if (!(await verify(passKey, found.signature, bytes("mingbai/bundle/1\n" + found.text)))) {
    throw new Error("the bundle is not signed by the account");
  }
  const bundle = JSON.parse(found.text);
  if (held && (bundle.origin !== held.origin || bundle.version < held.version)) {
    throw new Error("the bundle is older than the one that is here");
  }
  await vault.put({ bundle });
  return bundle;
}

// Send all that waits; several pages of one phone take turns, and whoever comes second has nothing to do.
export async function send() {
  return navigator.locks.request("mingbai-sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await ping();
    const device = await vault.get("device");
    for (;;) {
      const waiting = (await vault.all("queue")).filter((one) => !one.closed).slice(0, BATCH);
      if (!waiting.length) break;
      const envelopes = waiting.map(({ seq, box, signature }) => ({ seq, box, signature }));
      const answer = await call("/api/sync", { device, envelopes, now: new Date().toISOString() });
      let gone = 0;
      for (const one of answer.results) {
        await vault.answered(one.seq, one.digest, one.outcome, one.message || "");
        if (one.outcome !== "quarantined") gone += 1;
      }
      if (!gone) break;
    }
    await refresh().catch(() => undefined);
    return true;
  });
}
