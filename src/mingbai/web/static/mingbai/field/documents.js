// Documents: the twin of kernel/documents.py for phones and pages, held to the same vectors (tests/data/documents.json).
// check() gives { number } in its plain form, or { why } with what is needed to say it; readings() are hints, never values.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
const FIRST_YEAR = 1900;
const DIGITS = /^\d{17}[\dX]$/;
const PHONE = /^1[3-9]\d{9}$/;
const PASSPORT = /^[A-Z0-9]{5,17}$/;
const BLANK = /[\s\u001c-\u001f\u0085]+/gu;

export const plain = (text) => String(text ?? "").normalize("NFKC").replace(BLANK, "").toUpperCase();

export function checkCharacter(body) {
  let sum = 0;
  for (let at = 0; at < WEIGHTS.length; at += 1) sum += Number(body[at]) * WEIGHTS[at];
  return CHECKS[sum % 11];
}

function isDay(year, month, day) {
  const found = new Date(Date.UTC(year, month - 1, day));
  return found.getUTCFullYear() === year && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
}

// `on` is the day of the place as "2020-01-30"; nobody is born after it.
export function residentId(text, on) {
  const number = plain(text);
  if (!number) return { why: "missing" };
  const length = [...number].length;
  if (length !== 18) return { why: "length", length, off: Math.abs(length - 18), long: length > 18 };
  if (!DIGITS.test(number)) return { why: "characters" };
  const born = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)];
  const [year, month, day] = born.map(Number);
  if (year < FIRST_YEAR || !isDay(year, month, day) || (on && born.join("-") > on)) return { why: "birth date" };
  if (checkCharacter(number) !== number[17]) return { why: "check character" };
  return { number };
}

export function passport(text) {
  const number = plain(text);
  if (!number) return { why: "missing" };
  return PASSPORT.test(number) ? { number } : { why: "characters" };
}

export function phone(text) {
  const number = plain(text).replaceAll("-", "").replace(/^\+86/, "");
  if (!number) return { why: "missing" };
  return PHONE.test(number) ? { number } : { why: "phone" };
}

export function check(kind, text, on) {
  if (kind === "resident_id") return residentId(text, on);
  if (kind === "passport") return passport(text);
  const number = String(text ?? "").normalize("NFKC").trim().toUpperCase();
  return number ? { number } : { why: "missing" };
}

// The well-formed numbers that one digit too many, or two changed places, may hide.
export function readings(text) {
  const number = plain(text);
  let tried = [];
  if (number.length === 19) {
    tried = [...number].map((_, at) => number.slice(0, at) + number.slice(at + 1));
  } else if (number.length === 18 && !residentId(number).number) {
    for (let at = 0; at < 17; at += 1) {
      if (number[at] === number[at + 1]) continue;
      tried.push(number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2));
    }
  }
  return [...new Set(tried)].filter((reading) => residentId(reading).number);
}

export function maskDocument(number) {
  const letters = [...number];
  if (letters.length <= 5) return "*".repeat(letters.length);
  return letters.slice(0, 3).join("") + "*".repeat(letters.length - 5) + letters.slice(-2).join("");
}
