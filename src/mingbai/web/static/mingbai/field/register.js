// The register: who comes without a pass. What is typed is checked here by the same rules as in the account; nothing is filled in by itself.

import * as vault from "./vault.js";
import * as documents from "./documents.js";
import { accountNow, day, policyAt } from "./moment.js";
import { at, clearFault, fault, home, hush, make, say, show, tell, toEye, toFault } from "./shell.js";
import { once, save } from "./saving.js";

const FIELDS = ["number", "name", "phone"];
let here = null;

function clear() {
  FIELDS.forEach(clearFault);
  at("digits").hidden = true;
  at("readings").hidden = true;
}

// The places at which a number differs from a reading of it: the digit that is too many, or two that changed places.
function odd(number, reading) {
  const first = [...reading].findIndex((digit, index) => digit !== number[index]);
  const place = first < 0 ? number.length - 1 : first;
  return number.length > reading.length ? [place] : [place, place + 1];
}

function howRead(number, reading) {
  const [place, next] = odd(number, reading);
  return next === undefined
    ? say("without_digit", { place: place + 1, digit: number[place] })
    : say("changed_places", { place: place + 1, next: next + 1 });
}

function boxes(number, marked) {
  at("digits").replaceChildren(...[...number].map((digit, index) => make("span", marked.has(index) ? "is-odd" : "", digit)));
  at("digits").hidden = false;
}

function spaced(number) {
  return `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`;
}

// Well-formed numbers that a slip of the hand may hide: shown, and taken only by the hand that presses one.
function hints(number) {
  const readings = documents.readings(number);
  boxes(number, new Set(readings.flatMap((reading) => odd(number, reading))));
  at("readings").hidden = !readings.length;
  at("picks").replaceChildren(...readings.map((reading) => {
    const pick = make("button", "pick");
    pick.type = "button";
    pick.append(make("span", "code", spaced(reading)), make("small", "", howRead(number, reading)));
    pick.onclick = () => { at("number").value = reading; check(); at("number").focus(); };
    return pick;
  }));
}

// What is wrong with a number, in plain words.
function words(wrong, kind) {
  if (wrong.why === "length") return say(wrong.long ? "number_long" : "number_short", wrong);
  if (wrong.why === "characters" && kind === "passport") return say("passport_wrong");
  return say(`number_${wrong.why.replace(" ", "_")}`);
}

async function lookAtNumber(kind) {
  const found = documents.check(kind, at("number").value, day(await accountNow()));
  if (found.number) return found.number;
  fault("number", words(found, kind));
  const number = documents.plain(at("number").value);
  if (kind === "resident_id" && /^[0-9X]{16,21}$/.test(number)) hints(number);
  return null;
}

// Check what is typed; say the first thing that is wrong with each field.
async function look() {
  clear();
  const kind = at("kind").value;
  const found = { name: at("name").value.trim(), document_kind: kind, document_number: await lookAtNumber(kind) };
  if (!found.name) fault("name", say("name_missing"));
  let phone = {};
  if (at("phone").value.trim()) {
    phone = documents.phone(at("phone").value);
    if (phone.number) found.phone = phone.number;
    else fault("phone", words(phone));
  }
  return found.document_number && found.name && !phone.why ? found : null;
}

async function check() {
  await look();
  clearFault("name");
}

// Whether a card must be seen is the rule of the moment: one that ends at midnight ends on this phone too, network or none.
export async function rule() {
  const bundle = await vault.get("bundle");
  const must = Boolean(policyAt(bundle, "movement.card_must_be_seen", await accountNow()));
  at("seen-rule").textContent = say(must ? "card_must" : "card_may");
  at("register").dataset.must = must ? "yes" : "no";
  return must;
}

const keep = once(async () => {
  const found = await look();
  const must = await rule();
  if (!found) {
    tell("look_again");
    return toFault(FIELDS);
  }
  if (must && !at("card-seen").checked) {
    tell("card_not_seen");
    return toEye(at("card-seen"));
  }
  const { place, point } = here();
  const ask = { place, point: point.id, ...found, card_seen: at("card-seen").checked };
  const from = at("from").value.trim();
  if (from) ask.from_place = from;
  const mask = documents.maskDocument(found.document_number);
  const shown = `${say("arrival")} ${mask} · ${say(ask.card_seen ? "seen_card" : "self_declared")}`;
  try {
    await save("guard", "movement.register_arrival", ask, { shown, plain: say("arrival") }, ask.card_seen ? "observed" : "reported");
  } catch {
    return tell("not_saved");
  }
  empty();
  home();
  tell("saved");
  return true;
});

// The keys of a phone that fit the document: digits for a resident ID, whose last character may be an X.
function keys() {
  const digits = at("kind").value === "resident_id";
  at("number").inputMode = digits ? "numeric" : "text";
  at("number-x").hidden = !digits;
}

function empty() {
  at("register-form").reset();
  clear();
  keys();
}

export function open() {
  hush();
  empty();
  show("register");
  rule();
}

export function wire(exchange, where) {
  here = where;
  at("register-form").addEventListener("submit", async (event) => { event.preventDefault(); if (await keep()) await exchange(); });
  at("number").addEventListener("change", check);
  at("kind").addEventListener("change", () => { clear(); at("number").value = ""; keys(); });
  // The field keeps its focus: what is said of a number that is not whole yet would move the button away from under the thumb.
  at("number-x").addEventListener("mousedown", (event) => event.preventDefault());
  at("number-x").addEventListener("click", () => { at("number").value += "X"; at("number").focus(); check(); });
}
