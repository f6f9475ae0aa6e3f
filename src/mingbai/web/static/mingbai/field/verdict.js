// The verdict: one card in the top third. Its word comes first, colour, shape and pattern second, what to do third; heard and felt too.

import { accountNow, daySaid, hour, said } from "./moment.js";
import { at, has, make, say } from "./shell.js";

const FORM = { pass: ["pass", "#i-pass"], let_in: ["later", "#i-later"], stop: ["stop", "#i-stop"] };
// Tones in hertz and how long each lasts, and how the phone shakes: known without looking.
const TONES = { pass: [[1320, 0.12]], let_in: [[880, 0.12], [880, 0.12]], stop: [[220, 0.25], [180, 0.25], [220, 0.35]] };
const SHAKES = { pass: [60], let_in: [60, 80, 60], stop: [250, 100, 250, 100, 250] };
const PAUSE = 0.08;
// Faults that are one to a guard.
const ALIKE = { size: "unreadable", base45: "unreadable", cbor: "unreadable", form: "unreadable", algorithm: "key", unknown: "key" };

let sound = null;

// A browser lets a page sound only after a touch: the first tap anywhere opens it.
export function openSound() {
  sound ??= new AudioContext();
  if (sound.state === "suspended") sound.resume().catch(() => undefined);
}

function ring(verdict) {
  navigator.vibrate?.(SHAKES[verdict]);
  if (sound?.state !== "running") return;
  let start = sound.currentTime;
  for (const [tone, length] of TONES[verdict]) {
    const [wave, loud] = [sound.createOscillator(), sound.createGain()];
    wave.type = verdict === "stop" ? "square" : "sine";
    wave.frequency.value = tone;
    loud.gain.setValueAtTime(0.25, start);
    loud.gain.exponentialRampToValueAtTime(0.001, start + length);
    wave.connect(loud).connect(sound.destination);
    wave.start(start);
    wave.stop(start + length);
    start += length + PAUSE;
  }
}

function fact(name, value, strong) {
  const row = make("div");
  const held = make("dd");
  held.append(strong ? make("b", "", value) : value);
  row.append(make("dt", "", say(name)), held);
  return row;
}

// The end is exclusive: a pass until midnight holds through the day before it.
function lastDay(seconds, now) {
  return daySaid(seconds * 1000 - 1, now);
}

// A number as it stands under the code, to be compared with the card.
function inFours(number) {
  return number.toUpperCase().match(/.{4}/g).join(" ");
}

function facts(judged, now) {
  const { claims } = judged;
  const rows = [];
  if (claims && (judged.byNumber || judged.reason === "number")) rows.push(fact("number", inFours(claims.permit), true));
  if (claims) {
    for (const [name, value] of [["holder", claims.name], ["plate", claims.plate], ["goods", claims.goods]]) {
      if (value) rows.push(fact(name, value, true));
    }
    if (claims.tail) rows.push(fact("tail", claims.tail, true));
    if (claims.organisation) rows.push(fact("organisation", claims.organisation));
    if (claims.expires) rows.push(fact("until", `${lastDay(claims.expires, now)} ${hour(claims.expires * 1000).replace("00:00", "24:00")}`));
  }
  if (judged.verdict !== "stop" && judged.claims && !judged.claims.places) {
    rows.push(judged.byNumber ? fact("checked", say("checked_number")) : fact("unchecked", say("unchecked_number")));
  } else if (judged.verdict !== "stop") {
    rows.push(fact("checked", judged.verdict === "pass" ? say("checked_all") : say("checked_most")));
    if (judged.verdict === "let_in") rows.push(fact("unchecked", say("unchecked_revoked", { at: judged.newsAt ? said(judged.newsAt, now) : "–" })));
  }
  return rows;
}

// Why, in words, with the days of the pass where they are known.
export function why(judged, kind = "why") {
  const key = `${kind}_${ALIKE[judged.reason] || judged.reason}`;
  if (!has(key)) return "";
  const { claims } = judged;
  return say(key, {
    until: claims?.expires ? lastDay(claims.expires) : "–", from: claims?.notBefore ? daySaid(claims.notBefore * 1000) : "–",
  });
}

export async function showVerdict(judged) {
  const [form, shape] = FORM[judged.verdict];
  const now = await accountNow();
  const card = at("card");
  card.className = `verdict verdict--${form}`;
  card.setAttribute("role", judged.verdict === "stop" ? "alert" : "status");
  card.dataset.verdict = judged.verdict;
  card.dataset.reason = judged.reason;
  at("card-shape").setAttribute("href", shape);
  at("card-word").textContent = say(judged.verdict);
  const told = judged.unsure ? { ...judged, reason: "unsure" } : judged;
  at("card-why").textContent = why(told);
  // What was typed shows no name: the guard compares what stands on the paper.
  at("card-do").textContent = judged.byNumber && judged.verdict === "pass" ? say("do_number") : why(told, "do");
  at("card-do").hidden = !at("card-do").textContent;
  at("twice").hidden = !judged.twice;
  at("twice-text").textContent = judged.twice ? say("twice", { seconds: judged.twice }) : "";
  at("card-facts").replaceChildren(...facts(judged, now));
  const stopped = judged.verdict === "stop";
  at("ways").hidden = stopped;
  at("not-holder").hidden = stopped || (judged.claims?.kind !== 1 && judged.reason !== "number");
  at("instead").hidden = !stopped || judged.unsure;
  at("next").hidden = !stopped || judged.unsure;
  at("type-again").hidden = !judged.unsure;
  at("as-it-says").hidden = !judged.unsure;
  ring(judged.verdict);
}
