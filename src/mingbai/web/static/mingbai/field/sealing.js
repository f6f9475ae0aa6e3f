// Sealing: an envelope is encrypted to the account's key and signed by the phone's, exactly as docs/sync.md says.

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const SIGN = { name: "ECDSA", hash: "SHA-256" };
const INFO = new TextEncoder().encode("mingbai/envelope/1");

export const bytes = (text) => new TextEncoder().encode(text);

export function toText(content) {
  let found = "";
  for (const one of new Uint8Array(content)) found += String.fromCharCode(one);
  return btoa(found);
}

export function fromText(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export async function digest(content) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...found].map((one) => one.toString(16).padStart(2, "0")).join("");
}

// The key of this phone: its private half can't be taken out of the browser.
export async function newKey() {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

export async function publicText(pair) {
  return toText(await crypto.subtle.exportKey("raw", pair.publicKey));
}

export async function verify(keyText, signatureText, content) {
  const key = await crypto.subtle.importKey(
    "raw", fromText(keyText), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"],
  );
  return crypto.subtle.verify(SIGN, key, fromText(signatureText), content);
}

function joined(...parts) {
  const found = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    found.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return found;
}

export function header(origin, device, seq) {
  return bytes(`mingbai/envelope/1\n${origin}\n${device}\n${seq}\n`);
}

export async function seal({ origin, device, seq, fieldKey, key, content }) {
  const bound = header(origin, device, seq);
  const once = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const server = await crypto.subtle.importKey("raw", fromText(fieldKey), CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, once.privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const lock = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: INFO },
    secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const closed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: bound }, lock, bytes(JSON.stringify(content)),
  );
  const point = await crypto.subtle.exportKey("raw", once.publicKey);
  const box = joined(point, nonce, closed);
  const signature = await crypto.subtle.sign(SIGN, key.privateKey, joined(bound, box));
  return { seq, box: toText(box), signature: toText(signature), digest: await digest(box) };
}
