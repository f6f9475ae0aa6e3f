// Inspection: today's visits, their items ticked one by one, what is not in order, and the end; each is a record of its own.

import * as vault from "./vault.js";
import { accountNow, day } from "./moment.js";
import { at, home, hush, make, say, show, showing, tell, zh } from "./shell.js";
import { save } from "./saving.js";

const DAY = 24 * 3600 * 1000;
const GONE = new Set(["refused", "quarantined"]);
let open = null;
let item = null;
let exchange = null;
let busy = false;
let sure = null;

const sentence = (one) => (zh ? one.zh : one.en);

// What this phone did in a visit and the account has not told back yet: of each item the last word counts.
async function done(visit) {
  const found = { begun: visit.state === "begun", ended: false, states: {} };
  for (const one of visit.items) if (one.state !== "due") found.states[one.code] = one.state;
  for (const row of await vault.all("log")) {
    if (row.visit !== visit.id || GONE.has(row.state)) continue;
    if (row.did === "begin") found.begun = true;
    else if (row.did === "end") found.ended = true;
    else if (found.states[row.code] !== "failed") found.states[row.code] = row.did;
  }
  return found;
}

async function visits() {
  return (await vault.get("bundle"))?.inspection?.visits || [];
}

function tag(text, kind = "") {
  return make("span", kind ? `tag tag--${kind}` : "tag", text);
}

function progress(visit, held) {
  return say("looked_at", { done: Object.keys(held.states).length, all: visit.items.length });
}

async function visitLine(visit) {
  const held = await done(visit);
  const line = make("li");
  const button = make("button", "item");
  button.type = "button";
  button.dataset.visit = visit.id;
  const name = make("span");
  name.append(make("b", "", visit.name), make("small", "", `${visit.place_name} · ${progress(visit, held)}`));
  button.append(name, held.ended ? tag(say("visit_ended"), "ok") : held.begun ? tag(say("visit_begun"), "wait") : tag(say("visit_planned")));
  button.onclick = () => { hush(); [open, sure] = [visit.id, null]; show("visit"); return drawVisit(); };
  line.append(button);
  return line;
}

export async function draw() {
  const listed = await visits();
  at("no-visits").hidden = listed.length > 0;
  at("visits").replaceChildren(...(await Promise.all(listed.map(visitLine))));
  if (showing() === "visit") await drawVisit();
}

function itemLine(visit, one, held) {
  const state = held.states[one.code];
  const line = make("li");
  line.dataset.item = one.code;
  line.dataset.state = state || "due";
  const head = make("div", "item");
  head.append(make("span", "", sentence(one)));
  if (state === "failed") head.append(tag(say("item_failed"), "no"));
  if (state === "ok") head.append(tag(say("item_ok"), "ok"));
  line.append(head);
  if (!held.begun || held.ended) return line;
  const ways = make("div", "pair pair--s");
  const fine = make("button", "btn btn--second", say("item_ok"));
  const wrong = make("button", "btn btn--second", say(state === "failed" ? "item_more" : "item_failed"));
  fine.type = wrong.type = "button";
  fine.dataset.tick = "ok";
  wrong.dataset.tick = "failed";
  fine.hidden = Boolean(state);
  fine.onclick = () => tick(visit, one);
  wrong.onclick = () => openFinding(visit, one);
  ways.append(fine, wrong);
  line.append(ways);
  return line;
}

async function drawVisit() {
  const visit = (await visits()).find((one) => one.id === open);
  if (!visit) { if (showing() === "visit") home(); return; }
  const held = await done(visit);
  at("visit-where").textContent = visit.place_name;
  at("visit-name").textContent = visit.name;
  at("visit-tags").replaceChildren(...[visit.help && tag(say("visit_help"), "info"), visit.recheck && tag(say("visit_recheck"), "wait")].filter(Boolean));
  at("visit-progress").textContent = held.ended ? say("visit_ended_long") : held.begun ? progress(visit, held) : say("begin_first");
  at("visit-lists").replaceChildren(...["control", "resumption"].flatMap((hand) => {
    const items = visit.items.filter((one) => one.looks_at === hand);
    if (!items.length) return [];
    const list = make("ul", "list");
    list.append(...items.map((one) => itemLine(visit, one, held)));
    return [make("h3", "", say(`hand_${hand}`)), list];
  }));
  at("visit-begin").hidden = held.begun || held.ended;
  at("visit-foot").hidden = !held.begun || held.ended;
}

// One record at a time: a second press while the first is being saved does nothing.
async function record(name, visit, ask, row) {
  if (busy) return false;
  busy = true;
  try {
    await save("inspector", `inspection.${name}`, { place: visit.place, visit: visit.id, ...ask }, { ...row, visit: visit.id });
  } catch {
    tell("not_saved");
    return false;
  } finally {
    busy = false;
  }
  return true;
}

async function current() {
  return (await visits()).find((one) => one.id === open);
}

async function begin() {
  const visit = await current();
  if (!(await record("begin_visit", visit, {}, { did: "begin", shown: `${say("shown_begin")} ${visit.name}` }))) return;
  await drawVisit();
  await exchange();
}

async function tick(visit, one) {
  hush();
  sure = null;
  const row = { did: "ok", code: one.code, shown: `${say("item_ok")} · ${sentence(one)}` };
  if (await record("tick_item", visit, { check_item: one.code, outcome: "ok" }, row)) {
    await drawVisit();
    await exchange();
  }
}

// What would be left out is said first: one press by mistake does not end half a visit.
async function end() {
  const visit = await current();
  const left = visit.items.length - Object.keys((await done(visit)).states).length;
  if (left && sure !== visit.id) {
    sure = visit.id;
    return tell("left_out", { left });
  }
  if (!(await record("end_visit", visit, {}, { did: "end", shown: `${say("shown_end")} ${visit.name}` }))) return undefined;
  home();
  await draw();
  tell("saved");
  return exchange();
}

const severity = () => document.querySelector('[name="severity"]:checked').value;

async function bounds() {
  const [visit, now] = [await current(), await accountNow()];
  at("finding-due").min = day(now);
  at("finding-due").max = at("finding-due").value = day(now + visit.days[severity()] * DAY);
}

async function openFinding(visit, one) {
  hush();
  sure = null;
  item = one;
  at("finding-form").reset();
  complain(false);
  at("finding-item").textContent = sentence(one);
  for (const [word, days] of Object.entries(visit.days)) at(`${word}-days`).textContent = say("within_days", { days });
  await bounds();
  show("finding");
  at("finding-text").focus();
}

// Back to where one was in the list: the item that the finding is about.
async function back() {
  show("visit");
  await drawVisit();
  document.querySelector(`[data-item="${item.code}"]`)?.scrollIntoView({ block: "center" });
}

function complain(missing) {
  at("finding-text-field").classList.toggle("field--error", missing);
  at("finding-text-error").hidden = !missing;
}

async function saveFinding() {
  const text = at("finding-text").value.trim();
  complain(!text);
  if (!text) return at("finding-text").focus();
  const ask = { check_item: item.code, severity: severity(), text };
  if (at("finding-due").value) ask.due = at("finding-due").value;
  // What was found is closed to the account at once: the line on this phone says only which item it is about.
  const row = { did: "failed", code: item.code, shown: `${say(`severity_${ask.severity}`)} · ${sentence(item)}` };
  if (!(await record("record_finding", await current(), ask, row))) return undefined;
  at("finding-form").reset();
  await back();
  tell("saved");
  return exchange();
}

export function wire(send) {
  exchange = send;
  at("visit-begin").addEventListener("click", begin);
  at("visit-end").addEventListener("click", end);
  at("finding-text").addEventListener("input", () => complain(false));
  at("finding-back").addEventListener("click", back);
  at("finding-form").addEventListener("submit", (event) => { event.preventDefault(); return saveFinding(); });
  for (const one of document.querySelectorAll('[name="severity"]')) one.addEventListener("change", bounds);
}
