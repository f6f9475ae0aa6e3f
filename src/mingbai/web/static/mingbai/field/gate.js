// The gate: scan, one verdict, in or out with one tap, and on to the next. A scan that was stopped is kept with its reason.

import * as vault from "./vault.js";
import * as register from "./register.js";
import * as scan from "./scan.js";
import { PASS, judge, mistyped } from "./judging.js";
import { accountNow, hour } from "./moment.js";
import { at, home, hush, masked, onOpen, options, say, show, showing, tell, tellText } from "./shell.js";
import { save } from "./saving.js";
import { openSound, showVerdict, why } from "./verdict.js";

const MINUTE = 60_000;
const TEXT_MOST = 1200;
// When a pass was last scanned at this phone; in memory alone, and only its random id.
const scanned = new Map();
let here = null;
let judged = null;
let exchange = null;
let busy = false;
// Where the camera was not allowed, a photo is the way.
let denied = false;
let resumes = false;
const NO_CAMERA = { NotFoundError: "camera_none", OverconstrainedError: "camera_none", NotReadableError: "camera_taken", AbortError: "camera_taken" };

export function where() {
  return here;
}

async function usable() {
  const found = await scan.camera();
  at("look").hidden = !found || scan.watching();
  at("photo-way").hidden = found && !denied;
  at("photo-hint").hidden = found;
  at("photo-label").classList.toggle("btn--second", found);
}

function twice(claims) {
  if (!claims) return 0;
  const [now, before] = [Date.now(), scanned.get(claims.permit)];
  scanned.set(claims.permit, now);
  for (const [permit, moment] of scanned) if (now - moment > MINUTE) scanned.delete(permit);
  return before && now - before <= MINUTE ? Math.max(1, Math.round((now - before) / 1000)) : 0;
}

// A pass goes into the account by its random id alone. One that this phone could not open goes as it was read, for the account
// to look at; of any other code nothing but its beginning.
function shownCode() {
  if (judged.claims) return judged.claims.permit;
  return judged.text.startsWith(PASS) ? judged.text.slice(0, TEXT_MOST) : judged.text.slice(0, 4).padEnd(4, "-");
}

async function record(direction, verdict, reason) {
  const ask = { place: here.place, point: here.point.id, permit: shownCode(), direction, verdict };
  if (reason) ask.reason = reason;
  const pass = judged.claims ? `${say("a_pass")} ${masked(judged.claims.permit)}` : say("a_code");
  const shown = verdict === "stop" ? `${say("stop")} · ${pass} · ${why({ ...judged, reason })}` : `${say(verdict)} · ${say(direction)} · ${pass}`;
  const plain = verdict === "stop" ? say("stop") : `${say(verdict)} · ${say(direction)}`;
  await save("guard", "movement.record_crossing", ask, { shown, plain });
}

// What was read, whoever read it: judged on this phone, and shown; a stop is kept at once. While a verdict stands nothing is read.
// A number that the account does not know is most often a finger's slip: nothing is written until it was compared with the card.
export async function heard(text) {
  if (busy || !here || showing() !== "gate") return;
  busy = true;
  try {
    hush();
    judged = { text, ...(await judge(text)) };
    judged.unsure = Boolean(judged.byNumber) && judged.reason === "unknown";
    judged.twice = judged.unsure ? 0 : twice(judged.claims);
    await showVerdict(judged);
    show("verdict");
    if (judged.verdict === "stop" && !judged.unsure) await record(here.direction, "stop", judged.reason);
  } catch {
    tell("not_saved");
  } finally {
    busy = false;
  }
  if (judged?.verdict === "stop" && !judged.unsure) await exchange();
}

// The card says just this number: now it is a stop like any other.
async function asItSays() {
  if (busy) return;
  busy = true;
  try {
    judged.unsure = false;
    await record(here.direction, "stop", judged.reason);
    await showVerdict(judged);
  } catch {
    judged.unsure = true;
    tell("not_saved");
  } finally {
    busy = false;
  }
  await exchange();
}

function typeAgain() {
  const text = judged.text;
  home();
  at("typed").value = text;
  at("typed").focus();
}

// What was typed is not lost while the record before is being kept; a camera simply looks again.
async function atRest() {
  while (busy) await new Promise((done) => setTimeout(done, 30));
}

async function pass(direction) {
  if (busy) return;
  busy = true;
  try {
    here.direction = direction;
    await record(direction, judged.verdict, judged.verdict === "let_in" ? judged.reason : "");
    home();
    at("last").hidden = false;
    at("last").textContent = say("written", { what: `${say(judged.verdict)} · ${say(direction)}`, at: hour(await accountNow()) });
  } catch {
    tell("not_saved");
  } finally {
    busy = false;
  }
  await exchange();
}

// The pass is good, but whoever shows it is not the one whose name and digits are on it.
async function notHolder() {
  if (busy) return;
  busy = true;
  try {
    judged = { ...judged, verdict: "stop", reason: "holder" };
    await showVerdict(judged);
    await record(here.direction, "stop", "holder");
  } catch {
    tell("not_saved");
  } finally {
    busy = false;
  }
  await exchange();
}

async function watch() {
  openSound();
  try {
    at("camera").hidden = false;
    at("aim").hidden = true;
    await scan.start(at("camera"), heard, lost);
    denied = false;
    at("torch").hidden = !scan.hasLamp();
    // The call came while the camera was being opened.
    if (document.hidden) await away();
  } catch (fault) {
    sleep();
    denied = true;
    tell(NO_CAMERA[fault.name] || "no_camera");
  }
  await usable();
}

function sleep() {
  scan.stop(at("camera"));
  at("camera").hidden = true;
  at("aim").hidden = false;
  at("torch").hidden = true;
  at("torch").setAttribute("aria-pressed", "false");
}

// The camera went away while it was looking: nobody holds a pass before a dead picture.
async function lost() {
  sleep();
  tell("camera_lost");
  await usable();
}

// A call, or another app: the camera is let go, and opens again when the guard comes back.
async function away() {
  if (document.hidden) {
    resumes = scan.watching();
    if (resumes) sleep();
  } else if (resumes) {
    resumes = false;
    await watch();
  }
}

async function torch() {
  const on = at("torch").getAttribute("aria-pressed") !== "true";
  try {
    await scan.lamp(on);
    at("torch").setAttribute("aria-pressed", String(on));
  } catch {
    at("torch").hidden = true;
  }
}

async function photo(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  tell("reading");
  try {
    await heard(await scan.photo(file));
  } catch (fault) {
    if (fault.status) tellText(fault.message);
    else tell("photo_needs_network");
  }
}

// A list that somebody has open is not drawn anew under their finger when nothing in it changed.
function choices(rows) {
  const drawn = JSON.stringify(rows);
  if (at("point").dataset.drawn === drawn) return;
  options(at("point"), rows);
  at("point").dataset.drawn = drawn;
}

// The gates of this place; the one where this phone stands is asked once and remembered.
export async function draw() {
  const [bundle, kept] = await vault.many("bundle", "point");
  const gate = bundle?.gate;
  const points = (gate?.points || []).filter((one) => one.open);
  const chosen = points.find((one) => one.id === kept) || (points.length === 1 ? points[0] : null);
  // What is on the screen is finished at the gate where it was begun, also when that one closes meanwhile.
  const begun = ["verdict", "register"].includes(showing()) ? here : null;
  here = begun || (chosen ? { place: gate.place, point: chosen, direction: here?.direction || "in" } : null);
  choices([["", say("choose_point")], ...points.map((one) => [one.id, one.name])]);
  at("point").value = chosen?.id || "";
  at("point-field").hidden = points.length < 2;
  at("no-point").hidden = points.length > 0;
  at("gate-ways").hidden = !here;
  at("ready").hidden = !here;
  at("where").textContent = [gate?.place_name, here?.point.name].filter(Boolean).join(" ");
  if (showing() === "register") await register.rule();
}

export function wire(send) {
  exchange = send;
  register.wire(send, where);
  onOpen("gate", () => { usable(); at("typed").value = ""; });
  at("point").addEventListener("change", async () => {
    await vault.put({ point: at("point").value });
    await draw();
  });
  at("look").addEventListener("click", watch);
  // The whole panel is a button to a thumb; keys and readers have the buttons below.
  at("aim").addEventListener("click", () => { (at("look").hidden ? at("photo") : at("look")).click(); });
  at("photo").addEventListener("change", photo);
  at("typed-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = at("typed").value.trim();
    const count = mistyped(text);
    if (count) {
      tellText(say("mistyped", { count }));
      at("typed").focus();
      return;
    }
    at("typed").value = "";
    at("typed").blur();
    if (!text) return;
    await atRest();
    tell("looking");
    await heard(text);
  });
  scan.typed(() => showing() === "gate", heard);
  at("way-in").addEventListener("click", () => pass("in"));
  at("way-out").addEventListener("click", () => pass("out"));
  at("not-holder").addEventListener("click", notHolder);
  at("next").addEventListener("click", home);
  at("as-it-says").addEventListener("click", asItSays);
  at("type-again").addEventListener("click", typeAgain);
  at("instead").addEventListener("click", register.open);
  at("to-register").addEventListener("click", register.open);
  document.addEventListener("pointerdown", openSound, { once: true });
  at("torch").addEventListener("click", torch);
  document.addEventListener("visibilitychange", away);
}
