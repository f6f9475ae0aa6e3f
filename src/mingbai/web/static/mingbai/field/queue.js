// The queue: what was saved on this phone and what became of it, and the ways out where there is no network.

import * as vault from "./vault.js";
import * as handover from "./handover.js";
import { accountNow, said } from "./moment.js";
import { at, has, make, say, tell, tellText } from "./shell.js";
import { status, UNTOLD } from "./status.js";

const FIRST = 10;
const MORE = 50;
let shown = FIRST;

function line(row, now) {
  const item = make("li");
  const whole = make("div", "item");
  const text = make("span", "", row.shown);
  text.append(make("small", "", `${said(row.at, now)} · ${has("state_" + row.state) ? say("state_" + row.state) : row.state}`));
  whole.append(text);
  item.append(whole);
  if (row.said) item.append(make("p", "note", row.said));
  if (UNTOLD.has(row.state) && row.state !== "quarantined") {
    const seen = make("button", "btn btn--quiet", say("seen"));
    seen.type = "button";
    seen.onclick = async () => { await vault.forget(row.seq); await draw(); };
    item.append(seen);
  }
  return item;
}

// What needs an eye comes first, then what waits, then the newest.
function order(row) {
  if (UNTOLD.has(row.state)) return 0;
  return row.state === "waiting" ? 1 : 2;
}

async function drawGaps(queue) {
  const here = new Set(queue.map((row) => row.seq));
  const lost = ((await vault.get("gaps")) || []).filter((seq) => !here.has(seq));
  at("gaps").hidden = !lost.length;
  at("gaps-text").textContent = lost.length ? say("gaps", { numbers: lost.slice(0, 10).join(", ") }) : "";
  const held = queue.filter((row) => row.held).length;
  at("held").hidden = !held;
  at("held-text").textContent = held ? say("held", { count: held }) : "";
}

async function drawCarried() {
  const relay = await vault.all("relay");
  const waits = relay.filter((row) => !row.outcome).length;
  const told = (await vault.get("answers")) || [];
  at("carried").hidden = !relay.length && !told.length;
  at("carried").textContent = say("carried", { waits, done: relay.length - waits });
  at("give-answers").hidden = !told.length;
  at("handed-back").hidden = !told.length;
}

export async function draw() {
  const [log, queue, now] = [await vault.all("log"), await vault.all("queue"), await accountNow()];
  at("log").replaceChildren(...log
    .sort((one, other) => order(one) - order(other) || other.seq - one.seq)
    .slice(0, shown).map((row) => line(row, now)));
  at("log-more").hidden = log.length <= shown;
  at("log-more").textContent = say("log_more", { count: log.length - shown });
  const relay = (await vault.all("relay")).some((row) => !row.outcome);
  at("unsent").hidden = !queue.length && !relay;
  at("empty").hidden = log.length > 0;
  await drawGaps(queue);
  await drawCarried();
  await status();
}

async function take(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  const { said: key, facts } = await handover.take(file);
  tell(key, facts);
  await draw();
}

function name(kind) {
  return `mingbai-${kind}-${new Date().toISOString().slice(0, 16).replace(":", "")}.json`;
}

// Opened anew it shows the first few, so that the ways out below are near.
export function open() {
  shown = FIRST;
  return draw();
}

export function wire(exchange) {
  at("log-more").addEventListener("click", async () => { shown += MORE; await draw(); });
  at("unsent").addEventListener("click", async () => {
    if (await handover.give(await handover.boxes(), name("unsent"))) tell("handed_over");
  });
  at("give-answers").addEventListener("click", async () => {
    await handover.give(await handover.answers(), name("answers"));
  });
  at("handed-back").addEventListener("click", async () => { await vault.handedBack(); await draw(); });
  at("take").addEventListener("change", take);
  at("again").addEventListener("click", async () => {
    tell("sending");
    await vault.tryAgain();
    if (await exchange()) tellText("");
    else tell("no_answer");
  });
}
