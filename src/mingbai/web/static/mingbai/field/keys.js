// Keys of the account: the pass key that was pinned at the enrolment, and those that a pinned root has put on the trust list since.

import * as vault from "./vault.js";
import { bytes, fromText, toText, verify } from "./sealing.js";
import { openTrust } from "./tokens.js";

// The points of every key that may sign now by the newest trust list at hand; a list is believed for its root alone.
async function trusted(offered) {
  const [roots, lists] = await vault.many("roots", "lists");
  const found = [];
  for (const text of [offered, lists?.trust].filter(Boolean)) {
    const list = await openTrust(text, (roots || []).map(fromText), 0, lists?.version || 0).catch(() => null);
    for (const key of Object.values(list?.keys || {})) found.push(toText(key.point));
  }
  return found;
}

// Whether the account signed a text for a use. A pass key that was changed in the meantime takes the place of the old one; one
// that stood on the list and was struck off it is no longer believed.
export async function isSigned(use, { text, signature }, offered = "") {
  const content = bytes(`${use}\n${text}`);
  const [pinned, listed] = await vault.many("passKey", "passListed");
  const points = await trusted(offered);
  const good = !points.length || !listed || points.includes(pinned) ? [pinned, ...points] : points;
  for (const point of good) {
    if (await verify(point, signature, content)) {
      await vault.put({ passKey: point, passListed: points.includes(point) });
      return true;
    }
  }
  return false;
}
