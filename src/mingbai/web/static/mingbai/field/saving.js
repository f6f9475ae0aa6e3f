// Saving: a record is closed to the account's key at once; its number, box and masked line are written together.

import * as vault from "./vault.js";
import { accountNow } from "./moment.js";
import { seal } from "./sealing.js";

const BOX_MOST = 64 * 1024;

export function mandateOf(bundle, role) {
  return bundle?.mandates.find((one) => one.role === role);
}

// One record at a time: a second tap while the first is still being kept writes nothing.
export function once(act) {
  let busy = false;
  return async () => {
    if (busy) return false;
    busy = true;
    try {
      return await act();
    } finally {
      busy = false;
    }
  };
}

// Several open pages of one phone never share a number: it is drawn under one lock.
export async function save(role, command, ask, row, known = "observed") {
  return navigator.locks.request("mingbai-save", async () => {
    const [device, key, bundle, last] = await vault.many("device", "key", "bundle", "sequence");
    const now = await accountNow();
    const seq = (last || 0) + 1;
    const content = {
      v: 1, id: crypto.randomUUID(), command, ask, mandate: mandateOf(bundle, role)?.id,
      at: new Date(now).toISOString(), known, head: bundle.head,
      bundle: bundle.version, needs: [], saved: new Date().toISOString(),
    };
    const envelope = await seal({ origin: bundle.origin, device, seq, fieldKey: bundle.field_key, key, content });
    if (envelope.box.length * 0.75 > BOX_MOST) throw new Error("too long");
    await vault.save(seq, envelope, { ...row, seq, at: content.at, state: "waiting", said: "" });
    return seq;
  });
}
