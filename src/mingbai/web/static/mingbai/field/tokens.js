// Pass tokens: the rules of mingbai/proofs/tokens once more, for phones without a network; docs/passes.md is the format.
// Both are held to the same vectors (tests/data/tokens.json). Plain enough for a phone of 2018: no BigInt, no inflate.

export class TokenRefused extends Error {
  constructor(reason, detail) {
    super(detail ? `${reason}: ${detail}` : reason);
    this.name = "TokenRefused";
    this.reason = reason;
  }
}

function refuse(reason, detail) {
  throw new TokenRefused(reason, detail);
}

const TOKEN = { prefix: "MB1:", most: 1200, use: "" };
const TRUST = { prefix: "MBT1:", most: 262144, use: "mingbai/trust/1" };
const STATUS = { prefix: "MBS1:", most: 262144, use: "mingbai/status/1" };
const KINDS = { person: 1, vehicle: 2, goods: 3 };
const EVERYWHERE = ["000000000000"];
const INTEGER_MOST = Number.MAX_SAFE_INTEGER;
const DEPTH_MOST = 6;
const SIZE_MOST = 1 << 20;
const KEYS_MOST = 1024;

// Base45 (RFC 9285): what is taken has one spelling only.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

function base45(text) {
  const left = text.length % 3;
  if (left === 1) refuse("base45", "a length that no bytes have");
  const found = new Uint8Array(Math.floor(text.length / 3) * 2 + (left ? 1 : 0));
  let end = 0;
  for (let at = 0; at < text.length; at += 3) {
    const whole = text.length - at >= 3;
    const value = VALUES.get(text[at]) + 45 * VALUES.get(text[at + 1]) + (whole ? 2025 * VALUES.get(text[at + 2]) : 0);
    // A character that is not there makes the value no number, which is below nothing.
    if (!(value <= (whole ? 0xffff : 0xff))) refuse("base45", "a character or group that base45 has not");
    if (whole) found[end++] = value >> 8;
    found[end++] = value & 0xff;
  }
  return found;
}

function unpack(text, { prefix, most }) {
  if (typeof text !== "string" || !text.startsWith(prefix)) refuse("prefix", `it does not begin with ${prefix}`);
  if (text.length > most && (text.length > 2 * most || [...text].length > most)) refuse("size", `more than ${most} characters`);
  return base45(text.slice(prefix.length));
}

// Strict CBOR (RFC 8949): integers, bytes, text, arrays, maps with integers as keys; the shortest form, and nothing twice.

const SHORTEST = [24, 0x100, 0x10000, 0x100000000];

function head(content, at) {
  if (at >= content.length) refuse("cbor", "it ends too early");
  const major = content[at] >> 5;
  const low = content[at] & 31;
  if (low < 24) return [major, low, at + 1];
  if (low > 27) refuse("cbor", "an indefinite length or a reserved form");
  const end = at + 1 + (1 << (low - 24));
  if (end > content.length) refuse("cbor", "it ends too early");
  let value = 0;
  for (let one = at + 1; one < end; one += 1) value = value * 256 + content[one];
  if (value < SHORTEST[low - 24]) refuse("cbor", "a number that is longer than need be");
  return [major, value, end];
}

function utf8(content) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return refuse("cbor", "text that is not UTF-8");
  }
}

function item(content, start, depth) {
  const [major, value, at] = head(content, start);
  if (major === 0 && value <= INTEGER_MOST) return [value, at];
  if (major === 1 && value < INTEGER_MOST) return [-1 - value, at];
  if (major < 2 || major > 5) refuse("cbor", "a number too great, a tag, a float or a simple value");
  if (value > content.length - at) refuse("cbor", "it ends too early");
  if (major === 2) return [content.slice(at, at + value), at + value];
  if (major === 3) return [utf8(content.slice(at, at + value)), at + value];
  if (depth === 0) refuse("cbor", "too many floors");
  return (major === 4 ? array : map)(content, at, value, depth - 1);
}

function array(content, start, count, depth) {
  const found = [];
  let at = start;
  for (let one = 0; one < count; one += 1) {
    const [value, end] = item(content, at, depth);
    found.push(value);
    at = end;
  }
  return [found, at];
}

function map(content, start, count, depth) {
  const found = new Map();
  let at = start;
  for (let one = 0; one < count; one += 1) {
    const [key, middle] = item(content, at, depth);
    if (typeof key !== "number") refuse("cbor", "a key that is no integer");
    if (found.has(key)) refuse("cbor", "a key twice");
    const [value, end] = item(content, middle, depth);
    found.set(key, value);
    at = end;
  }
  return [found, at];
}

function read(content) {
  const [value, end] = item(content, 0, DEPTH_MOST);
  if (end !== content.length) refuse("cbor", "bytes after the end");
  return value;
}

// COSE_Sign1 (RFC 9052) in one narrow profile: ES256, the key named in the protected header.

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };
const imported = new Map();

const isBytes = (value) => value instanceof Uint8Array;
const hex = (content) => [...content].map((one) => one.toString(16).padStart(2, "0")).join("");
const pointOf = (key) => {
  const point = key.point === undefined ? key : key.point;
  return isBytes(point) ? point : Uint8Array.from(atob(point), (letter) => letter.charCodeAt(0));
};

export async function keyId(point) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", pointOf(point))).slice(0, 8));
}

async function keyAt(point) {
  const name = hex(point);
  if (!imported.has(name)) {
    if (imported.size > 1024) imported.clear();
    imported.set(name, await crypto.subtle.importKey("raw", point, CURVE, false, ["verify"]));
  }
  return imported.get(name);
}

function asBytes(content) {
  const length = content.length;
  if (length < 24) return [0x40 + length, ...content];
  if (length < 0x100) return [0x58, length, ...content];
  if (length < 0x10000) return [0x59, length >> 8, length & 0xff, ...content];
  return [0x5a, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff, ...content];
}

function signedBytes(header, use, payload) {
  const encode = (text) => new TextEncoder().encode(text);
  return Uint8Array.from([0x84, 0x6a, ...encode("Signature1"), ...asBytes(header), ...asBytes(encode(use)), ...asBytes(payload)]);
}

function keyNamed(header) {
  const found = read(header);
  if (!(found instanceof Map)) refuse("form", "a header is a map");
  if (found.get(1) !== -7) refuse("algorithm", "only ES256 is taken");
  const named = found.get(4);
  if (found.size !== 2 || !isBytes(named) || named.length !== 8) refuse("form", "a header holds the algorithm and a key id of 8 bytes");
  return hex(named);
}

async function openSign1(content, keys, use) {
  if (content[0] !== 0xd2) refuse("form", "not a COSE_Sign1 with its tag");
  const parts = read(content.slice(1));
  if (!Array.isArray(parts) || parts.length !== 4) refuse("form", "a COSE_Sign1 has four parts");
  const [header, unprotected, payload, signature] = parts;
  if (![header, payload, signature].every(isBytes)) refuse("form", "header, payload and signature are bytes");
  if (!(unprotected instanceof Map) || unprotected.size) refuse("form", "nothing stands outside the protected header");
  const kid = keyNamed(header);
  if (!Object.prototype.hasOwnProperty.call(keys, kid)) refuse("key", `no key ${kid}`);
  const key = await keyAt(pointOf(keys[kid]));
  if (signature.length !== 64 || !await crypto.subtle.verify(ES256, key, signature, signedBytes(header, use, payload))) {
    refuse("signature", "another key or other content");
  }
  return [kid, payload];
}

// What may stand in each place.

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const whole = (most, least = 0) => (value) => typeof value === "number" && least <= value && value <= most;
const bytes = (length) => (value) => isBytes(value) && value.length === length;
const isCode = (value) => typeof value === "string" && /^[0-9]{12}$/.test(value);
const isTail = (value) => typeof value === "string" && /^[0-9A-Z]{4}$/.test(value);
const once = (value) => new Set(value).size === value.length;
const areCodes = (value) => Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every(isCode) && once(value);
const areKinds = (value) => Array.isArray(value) && value.length > 0 && value.every(whole(3, 1)) && once(value);
const time = whole(INTEGER_MOST);

function isText(value) {
  if (typeof value !== "string" || UNSEEN.test(value)) return false;
  const length = new TextEncoder().encode(value).length;
  return length >= 1 && length <= 120;
}

const CLAIMS = [
  ["issuer", 1, isCode, true], ["expires", 4, time, true], ["notBefore", 5, time, true], ["issued", 6, time, true],
  ["permit", 7, bytes(8), true], ["kind", -70001, whole(3, 1), true], ["places", -70002, areCodes, true],
  ["name", -70003, isText, false], ["tail", -70004, isTail, false], ["batch", -70005, bytes(8), true],
  ["index", -70006, whole(SIZE_MOST - 1), true], ["plate", -70007, isText, false], ["goods", -70008, isText, false],
  ["organisation", -70009, isText, false],
];
const KEY = [
  ["point", 1, bytes(65), true], ["places", 2, areCodes, true], ["kinds", 3, areKinds, true],
  ["notAfter", 4, time, true], ["notBefore", 5, time, true],
];
const TRUSTED = [
  ["expires", 4, time, true], ["issued", 6, time, true], ["version", -70011, whole(INTEGER_MOST, 1), true],
  ["keys", -70012, (value) => Array.isArray(value) && value.length <= KEYS_MOST, true],
];
const STATE = [
  ["issuer", 1, isCode, true], ["expires", 4, time, true], ["issued", 6, time, true], ["batch", -70005, bytes(8), true],
  ["version", -70011, whole(INTEGER_MOST, 1), true], ["size", -70013, whole(SIZE_MOST, 1), true],
  ["gaps", -70014, isBytes, false], ["bits", -70015, isBytes, false],
];
const SUBJECT = { 1: "name", 2: "plate", 3: "goods" };

function fields(content, labels) {
  if (!(content instanceof Map)) refuse("form", "not a map");
  const found = {};
  let count = 0;
  for (const [name, label, fits, needed] of labels) {
    if (content.has(label)) {
      if (!fits(content.get(label))) refuse("form", `${name} is not as it must be`);
      found[name] = content.get(label);
      count += 1;
    } else if (needed) {
      refuse("form", `${name} is missing`);
    }
  }
  if (count !== content.size) refuse("form", "a label that nobody knows");
  return found;
}

function readClaims(payload, kid) {
  const found = fields(read(payload), CLAIMS);
  if (!(found.notBefore < found.expires) || !(found.issued < found.expires)) refuse("form", "it ends before it begins");
  if (found[SUBJECT[found.kind]] === undefined) refuse("form", "whom or what it is for is missing");
  return { ...found, permit: hex(found.permit), batch: hex(found.batch), kid };
}

// Time, place and what a key may do.

function seconds(now) {
  const found = now instanceof Date ? now.getTime() / 1000 : now;
  if (typeof found !== "number") throw new TypeError("now is seconds since 1970, or a Date");
  return found;
}

// A place is another one or lies under it: its 12 digits (2-2-2-3-3) begin with the other's.
export function covers(above, place) {
  for (const digits of [0, 2, 4, 6, 9]) {
    if (/^0*$/.test(above.slice(digits))) return place.startsWith(above.slice(0, digits));
  }
  return place === above;
}

function checkTime(claims, now) {
  const moment = seconds(now);
  if (!(claims.notBefore <= moment)) refuse("not_yet", `from ${claims.notBefore}`);
  if (!(moment < claims.expires)) refuse("expired", `until ${claims.expires}`);
}

const withDefault = (value, otherwise) => (value === undefined ? otherwise : value);

function checkKey(key, now) {
  const moment = seconds(now);
  if (!(withDefault(key.notBefore, 0) <= moment && moment < withDefault(key.notAfter, INTEGER_MOST))) refuse("key", "not in its time");
}

function maySign(key, place) {
  if (!withDefault(key.places, EVERYWHERE).some((above) => covers(above, place))) refuse("issuer", `this key may not sign for ${place}`);
}

function checkScope(key, claims) {
  for (const place of [claims.issuer, ...claims.places]) maySign(key, place);
  if (!withDefault(key.kinds, [1, 2, 3]).includes(claims.kind)) refuse("issuer", "this key may not sign passes of this kind");
}

// What a pass says, when one of the keys ({id in hex: key or point}) signed it, may have signed it, and it holds now.
export async function openToken(text, keys, now) {
  const [kid, payload] = await openSign1(unpack(text, TOKEN), keys, TOKEN.use);
  checkKey(keys[kid], now);
  const claims = readClaims(payload, kid);
  checkTime(claims, now);
  checkScope(keys[kid], claims);
  return claims;
}

// Lists.

async function openList(text, keys, kind) {
  const content = unpack(text, kind);
  try {
    const [kid, payload] = await openSign1(content, keys, kind.use);
    return [kid, read(payload)];
  } catch (refused) {
    if (refused.reason === "key" || refused.reason === "signature") refuse("list_signature", refused.message);
    throw refused;
  }
}

function checkAge(found, now, atLeast, mustBeFresh) {
  if (found.version < atLeast) refuse("rolled_back", `version ${found.version}, and ${atLeast} was seen`);
  if (mustBeFresh && !(seconds(now) < found.expires)) refuse("list_expired", `until ${found.expires}`);
}

async function readKey(content) {
  const found = fields(content, KEY);
  try {
    if (found.point[0] !== 4) throw new TypeError("a point is 0x04 and 64 bytes");
    await keyAt(found.point);
  } catch {
    refuse("form", "a point where no key stands");
  }
  if (!(found.notBefore < found.notAfter)) refuse("form", "a key that ends before it begins");
  return found;
}

// The trust list in a text that one of the roots (points) signed; atLeast is the highest version seen so far.
export async function openTrust(text, roots, now, atLeast = 0, { mustBeFresh = false } = {}) {
  const known = {};
  for (const root of roots) known[await keyId(root)] = root;
  const [, content] = await openList(text, known, TRUST);
  const found = fields(content, TRUSTED);
  if (!(found.issued < found.expires)) refuse("form", "it ends before it begins");
  const keys = {};
  for (const one of found.keys) {
    const key = await readKey(one);
    keys[await keyId(key.point)] = key;
  }
  if (Object.keys(keys).length !== found.keys.length) refuse("form", "a key twice");
  checkAge(found, now, atLeast, mustBeFresh);
  return { ...found, keys };
}

function readGaps(content, size) {
  const found = new Set();
  let [after, gap, shift] = [0, 0, 0];
  for (const one of content) {
    gap |= (one & 127) << shift;
    if (one > 127) {
      shift += 7;
      if (shift > 14) refuse("form", "a gap too great");
      continue;
    }
    if (shift && !one) refuse("form", "a gap that is longer than need be");
    if (after + gap >= size) refuse("form", "an index outside the batch");
    found.add(after + gap);
    after += gap + 1;
    [gap, shift] = [0, 0];
  }
  if (shift) refuse("form", "it ends inside a gap");
  return found;
}

function readBits(content, size) {
  const found = new Set();
  if (content.length !== Math.ceil(size / 8) || (size % 8 && content[content.length - 1] >> (size % 8))) {
    refuse("form", "not as many bits as passes");
  }
  let [after, gaps] = [0, 0]; // how long the gaps would be
  for (let index = 0; index < size; index += 1) {
    if (!(content[index >> 3] & (1 << (index & 7)))) continue;
    found.add(index);
    gaps += index - after < 128 ? 1 : index - after < 16384 ? 2 : 3;
    after = index + 1;
  }
  if (gaps <= content.length) refuse("form", "gaps would not be longer");
  return found;
}

function readRevoked({ gaps, bits, size }) {
  if ((gaps === undefined) === (bits === undefined)) refuse("form", "either gaps or bits");
  if (gaps === undefined) return readBits(bits, size);
  if (gaps.length > Math.ceil(size / 8)) refuse("form", "bits would be shorter");
  return readGaps(gaps, size);
}

// The status list in a text that one of the keys signed; atLeast is the highest version seen so far of this batch.
export async function openStatus(text, keys, now, atLeast = 0, { mustBeFresh = false } = {}) {
  const [kid, content] = await openList(text, keys, STATUS);
  checkKey(keys[kid], now);
  const found = fields(content, STATE);
  if (!(found.issued < found.expires)) refuse("form", "it ends before it begins");
  const { issuer, version, issued, expires, size } = found;
  const revoked = readRevoked(found);
  maySign(keys[kid], issuer);
  checkAge(found, now, atLeast, mustBeFresh);
  return { issuer, batch: hex(found.batch), version, issued, expires, size, revoked, kid };
}

// "valid", or "stale" when the lists ({trust, statuses}) are missing, past their end, or silent about this pass.
export function checkAt(claims, place, kind, lists, now) {
  const { trust = null, statuses = [] } = lists || {};
  checkTime(claims, now);
  if (trust) {
    if (!Object.prototype.hasOwnProperty.call(trust.keys, claims.kid)) refuse("key", `no key ${claims.kid} on the trust list`);
    checkKey(trust.keys[claims.kid], now);
    checkScope(trust.keys[claims.kid], claims);
  }
  if (!claims.places.some((above) => covers(above, place))) refuse("place", `it does not hold at ${place}`);
  if (kind !== null && kind !== undefined && withDefault(KINDS[kind], kind) !== claims.kind) refuse("kind", "it is for something else");
  const about = statuses.filter((one) => one.batch === claims.batch && one.issuer === claims.issuer);
  const status = about.reduce((best, one) => (best && best.version >= one.version ? best : one), null);
  if (status && status.revoked.has(claims.index)) refuse("revoked", `by version ${status.version}`);
  const moment = seconds(now);
  const fresh = trust && moment < trust.expires && status && moment < status.expires && claims.index < status.size;
  return fresh ? "valid" : "stale";
}
