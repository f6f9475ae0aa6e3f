// Scanning: the camera where the browser or the optional reader can read a code, a picture otherwise, a scanner that types, or fingers.

import { readPicture } from "./sending.js";

const READER = "/static/scan/reader.js";
const EVERY = 150;
// The pass that is still held before the camera is not scanned again.
const SAME = 2500;
// A scanner that types is quicker than this between two letters.
const TYPED = 400;
const SIDE = 1600;

let reader = null;
let stream = null;
let opening = false;
let timer = 0;
let last = { text: "", at: 0 };

async function native() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return async (source) => (await detector.detect(source)).map((one) => one.rawValue);
}

// The optional reader is a module of its own package: `read(source)` gives the texts in a picture.
async function optional() {
  const asked = await fetch(READER).catch(() => null);
  if (!asked?.ok) return null;
  const found = await import(READER);
  return (source) => found.read(source);
}

export async function camera() {
  if (!navigator.mediaDevices?.getUserMedia) return false;
  reader ??= (await native().catch(() => null)) || (await optional().catch(() => null));
  return reader !== null;
}

export function watching() {
  return stream !== null;
}

async function look(video, heard) {
  if (!stream) return;
  if (video.readyState >= 2 && video.offsetParent && !document.hidden) {
    const [text] = await reader(video).catch(() => []);
    if (text) {
      const again = text === last.text && performance.now() - last.at < SAME;
      last = { text, at: performance.now() };
      if (!again) heard(text);
    }
  } else {
    // While the answer is read nobody looks: a pass that is still held there afterwards is the same one.
    last.at = performance.now();
  }
  timer = setTimeout(() => look(video, heard), EVERY);
}

// `lost` is told when the camera goes away by itself: a call took it, it was pulled out, or it is allowed no more.
export async function start(video, heard, lost) {
  if (stream || opening) return;
  opening = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } finally {
    opening = false;
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", lost);
  video.srcObject = stream;
  await video.play();
  look(video, heard);
}

// The lamp beside the camera, where the phone lets a page have it.
export function hasLamp() {
  const [track] = stream?.getVideoTracks() || [];
  return Boolean(track?.getCapabilities?.().torch);
}

export async function lamp(on) {
  const [track] = stream?.getVideoTracks() || [];
  await track?.applyConstraints({ advanced: [{ torch: on }] });
}

export function stop(video) {
  clearTimeout(timer);
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  video.srcObject = null;
}

// A photo is read here where that is possible, by the account otherwise; there it is kept nowhere.
export async function photo(file) {
  const drawn = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawn.width * scale);
  canvas.height = Math.round(drawn.height * scale);
  canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
  if (await camera()) {
    const [text] = await reader(canvas).catch(() => []);
    if (text) return text;
  }
  return readPicture(await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); }));
}

// A scanner on a cable types the code and presses Enter; what is typed into a field is the field's own.
export function typed(ready, heard) {
  let text = "";
  let at = 0;
  document.addEventListener("keydown", (event) => {
    if (!ready() || event.ctrlKey || event.altKey || event.metaKey) return;
    if (["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName)) return;
    const now = performance.now();
    if (now - at > TYPED) text = "";
    at = now;
    if (event.key === "Enter" && text.length > 3) {
      event.preventDefault();
      heard(text);
      text = "";
    } else if (event.key.length === 1) {
      if (event.key === " " && text) event.preventDefault();
      text += event.key;
    }
  });
}
