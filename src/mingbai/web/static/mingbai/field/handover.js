// Hand-over: where there is no network for days, closed boxes go on by file to a phone or a desk that has one, and answers come back.

import * as vault from "./vault.js";
import { isSigned } from "./keys.js";
import { digest, fromText } from "./sealing.js";

const FILE_MOST = 20_000_000;
const BOX_MOST = 90_000;
const BOXES = "boxes/1";
const ANSWERS = "answers/1";

function byPhone(rows) {
  const found = new Map();
  for (const { device, seq, box, signature } of rows) {
    if (!found.has(device)) found.set(device, []);
    found.get(device).push({ seq, box, signature });
  }
  return [...found].map(([device, envelopes]) => ({ device, envelopes }));
}

// What is unsent here: this phone's own boxes, and those it carries for others.
export async function boxes() {
  const [device, bundle] = await vault.many("device", "bundle");
  const own = (await vault.all("queue")).map((row) => ({ ...row, device }));
  const others = (await vault.all("relay")).filter((row) => !row.outcome);
  return { mingbai: BOXES, origin: bundle.origin, phones: byPhone([...own, ...others]) };
}

export async function answers() {
  const told = (await vault.get("answers")) || [];
  return { mingbai: ANSWERS, answers: told.map(({ text, signature }) => ({ text, signature })) };
}

// Give a file to another phone by whatever way this one has (Bluetooth, a cable, a card); it works with no network.
export async function give(content, name) {
  const file = new File([JSON.stringify(content)], name, { type: "application/json" });
  if (navigator.canShare?.({ files: [file] }) && navigator.maxTouchPoints) {
    try {
      await navigator.share({ files: [file] });
      return true;
    } catch (fault) {
      if (fault.name === "AbortError") return false;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return true;
}

function good(envelope) {
  return Number.isSafeInteger(envelope.seq) && envelope.seq > 0 && typeof envelope.box === "string" &&
    envelope.box.length <= BOX_MOST && typeof envelope.signature === "string" && envelope.signature.length <= 100;
}

async function takeBoxes(found) {
  const [own, bundle] = await vault.many("device", "bundle");
  if (found.origin !== bundle.origin) return { said: "file_of_another_account" };
  const rows = [];
  for (const phone of found.phones) {
    if (phone.device === own) continue;
    for (const envelope of phone.envelopes) {
      if (!good(envelope) || typeof phone.device !== "string") return { said: "file_not_ours" };
      const { seq, box, signature } = envelope;
      rows.push({ device: phone.device, seq, box, signature, digest: await digest(fromText(box)), outcome: "" });
    }
  }
  if (!rows.length) return { said: "file_is_mine" };
  return { said: "file_taken", facts: { count: await vault.carry(rows) } };
}

// Answers are believed only when the account signed them: a file alone never deletes a record.
async function takeAnswers(found) {
  const [own, bundle] = await vault.many("device", "bundle");
  let gone = 0;
  for (const { text, signature } of found.answers) {
    if (!(await isSigned("mingbai/answers/1", { text, signature }))) return { said: "answers_not_signed" };
    const told = JSON.parse(text);
    if (told.origin !== bundle.origin) return { said: "file_of_another_account" };
    if (told.device === own) gone += await vault.answered(told.results);
    else await vault.carried(told.device, { text, signature }, told.results);
  }
  return { said: "answers_taken", facts: { count: gone } };
}

export async function take(file) {
  try {
    if (file.size > FILE_MOST) return { said: "file_not_ours" };
    const found = JSON.parse(await file.text());
    if (found.mingbai === BOXES) return await takeBoxes(found);
    if (found.mingbai === ANSWERS) return await takeAnswers(found);
  } catch {
    // Whatever else was chosen is said to be no such file.
  }
  return { said: "file_not_ours" };
}
