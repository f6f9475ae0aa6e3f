// Judging: what this phone says of a pass with what it has at hand. The keys' list must be signed by a root that was pinned at
// the enrolment, no list may be older than the newest that was seen, and the moment is the account's.

import * as vault from "./vault.js";
import { accountNow, fresh } from "./moment.js";
import { fromText } from "./sealing.js";
import { passByNumber } from "./sending.js";
import { checkAt, openStatus, openToken, openTrust } from "./tokens.js";

// A list that ended so long ago is of passes that ended with it.
const KEPT_SECONDS = 30 * 24 * 3600;
// What stands under the code of every pass, for a phone that has no reader.
const NUMBER = /^[0-9a-f]{16}$/;
const KINDS = { person: 1, vehicle: 2, goods: 3 };
// What the code of every pass begins with.
export const PASS = "MB1:";
let opened = { key: "", lists: null };

const nameOf = (list) => `${list.issuer}/${list.batch}`;

// The newest trust list among the bundle's and the one kept, signed by a pinned root.
async function newestTrust(texts, roots, now, atLeast) {
  let best = null;
  for (const text of texts.filter(Boolean)) {
    const found = await openTrust(text, roots, now, atLeast).catch(() => null);
    if (found && (!best || found.version > best.version)) best = { ...found, text };
  }
  return best;
}

async function newestStatuses(texts, keys, now) {
  const best = new Map();
  for (const text of texts) {
    const found = await openStatus(text, keys, now).catch(() => null);
    if (!found || found.expires < now - KEPT_SECONDS) continue;
    const before = best.get(nameOf(found));
    if (!before || found.version > before.version || (found.version === before.version && found.expires > before.expires)) best.set(nameOf(found), { ...found, text });
  }
  return [...best.values()];
}

// What is newer is kept beside the bundle: a bundle with an older or badly signed list changes nothing.
export async function listsAt(gate, now) {
  const [pinned, held] = [(await vault.get("roots")) || [], (await vault.get("lists")) || { trust: "", version: 0, statuses: [] }];
  const key = JSON.stringify([gate.trust, gate.status, pinned, held]);
  if (opened.key === key) return opened.lists;
  const trust = await newestTrust([gate.trust, held.trust], pinned.map(fromText), now, held.version);
  const statuses = trust ? await newestStatuses(new Set([...(gate.status || []), ...held.statuses]), trust.keys, now) : [];
  const kept = trust ? { trust: trust.text, version: trust.version, statuses: statuses.map((one) => one.text) } : held;
  await vault.put({ lists: kept });
  opened = { key: JSON.stringify([gate.trust, gate.status, pinned, kept]), lists: { trust, statuses } };
  return opened.lists;
}

// A pass out of its time is signed all the same: what it says is shown, so that the guard can tell its holder.
async function claimsOf(text, keys, now) {
  try {
    return await openToken(text, keys, now);
  } catch (refused) {
    const ends = refused.reason === "expired";
    if (!ends && refused.reason !== "not_yet") throw refused;
    const moment = Number(/\d+/.exec(refused.message)) - (ends ? 1 : 0);
    refused.claims = await openToken(text, keys, moment).catch(() => null);
    throw refused;
  }
}

export async function judgeAt(text, { gate, lists, now, near }) {
  let claims = null;
  try {
    if (!lists.trust) return { verdict: "stop", reason: "no_list", claims };
    claims = await claimsOf(text, lists.trust.keys, now);
    const found = checkAt(claims, gate.place, null, lists, now);
    if (found === "stale") return { verdict: "let_in", reason: "stale", claims };
    return near ? { verdict: "pass", reason: "valid", claims } : { verdict: "let_in", reason: "offline", claims };
  } catch (refused) {
    if (!refused.reason) throw refused;
    return { verdict: "stop", reason: refused.reason, claims: refused.claims || claims };
  }
}

// A number alone proves nothing here: the account is asked, and where it does not answer the pass is let through and checked again.
async function judgeNumber(permit) {
  const found = await passByNumber(permit).catch(() => null);
  if (!found) return { verdict: "let_in", reason: "number", claims: { permit } };
  const claims = { permit, kind: KINDS[found.kind], expires: found.valid_to ? Date.parse(found.valid_to) / 1000 : undefined };
  const good = found.judged === "valid";
  return { verdict: good ? "pass" : "stop", reason: good ? "valid" : found.judged, claims, byNumber: true };
}

// A Chinese keyboard may write digits and letters of full width.
const bare = (text) => text.normalize("NFKC").replace(/\s/g, "").toLowerCase();

// How many characters were typed where neither a number nor a whole code was; nought when it is one of them.
export function mistyped(text) {
  return NUMBER.test(bare(text)) || text.startsWith(PASS) ? 0 : bare(text).length;
}

export async function judge(text) {
  const number = bare(text);
  if (NUMBER.test(number)) return judgeNumber(number);
  const [bundle, floor] = await vault.many("bundle", "floor");
  const now = Math.floor((await accountNow()) / 1000);
  const lists = await listsAt(bundle.gate, now);
  const judged = await judgeAt(text, { gate: bundle.gate, lists, now, near: await fresh() });
  return { ...judged, newsAt: floor };
}
