// The field app: enrolment, which desks this phone has, and the round of sending; the desks themselves are modules of their own.

import * as vault from "./vault.js";
import * as sending from "./sending.js";
import * as gate from "./gate.js";
import * as inspection from "./inspection.js";
import * as queue from "./queue.js";
import { accountNow, day } from "./moment.js";
import * as store from "./store.js";
import { newKey, publicText } from "./sealing.js";
import { mandateOf } from "./saving.js";
import { at, home, hush, make, onOpen, say, show, showing, tellText } from "./shell.js";
import { status } from "./status.js";

const EVERY = 20_000;
const TICK = 5_000;
const LINES_MOST = 300;
const DESKS = { store: "keeper", gate: "guard", inspection: "inspector" };

// The desks that the mandates of whoever holds this phone give it, the store first.
function desksOf(bundle) {
  return Object.keys(DESKS).filter((desk) => mandateOf(bundle, DESKS[desk]) && bundle[desk]);
}

async function choose() {
  const [bundle, kept, revoked] = await vault.many("bundle", "desk", "revoked");
  const held = revoked ? [] : desksOf(bundle);
  const without = revoked ? "revoked-part" : "no-desk";
  const turned = at("app").dataset.without !== without;
  at("app").dataset.without = without;
  const desk = held.includes(kept) ? kept : held[0];
  const gateless = Boolean(mandateOf(bundle, "guard"));
  at("no-gate").hidden = !gateless;
  at("no-office").hidden = gateless;
  const before = at("app").dataset.desk;
  if (desk) at("app").dataset.desk = desk; else delete at("app").dataset.desk;
  const other = held.find((one) => one !== desk);
  at("switch").hidden = !other;
  at("switch").textContent = other ? say(`to_${other}`) : "";
  at("as").textContent = desk ? say(`as_${desk}`) : "";
  if (desk !== "gate") at("where").textContent = bundle?.[desk]?.place_name || bundle?.mandates[0]?.place_name || "";
  if ((before !== desk || turned) && [before || "no-desk", "no-desk", "revoked-part", undefined].includes(showing())) home();
}

async function draw() {
  await choose();
  if (at("app").dataset.desk === "gate") await gate.draw();
  else if (at("app").dataset.desk === "store") await store.draw();
  else if (at("app").dataset.desk === "inspection") await inspection.draw();
  await queue.draw();
}

async function turn() {
  const [bundle, desk] = [await vault.get("bundle"), at("app").dataset.desk];
  await vault.put({ desk: desksOf(bundle).find((one) => one !== desk) });
  hush();
  await draw();
  home();
}

// One round with the account: whether it answered. Without contact what is saved stays, and the page shows since when.
async function exchange() {
  const today = day(await accountNow());
  await vault.tidy(LINES_MOST, (row) => day(row.at) < today);
  await draw();
  const answered = await sending.send().then(() => true, () => false);
  if (answered) {
    navigator.serviceWorker?.getRegistration("/field/").then((one) => one?.update()).catch(() => undefined);
  }
  await draw();
  return answered;
}

async function enrolNow() {
  const token = location.hash.slice(1);
  const key = await newKey();
  const found = await sending.enrol(token, await publicText(key), say("this_phone"));
  history.replaceState(null, "", location.pathname);
  await vault.put({ key, device: found.device, words: found.words, sequence: 0 });
}

async function waitForDesk() {
  const [device, spoken] = await vault.many("device", "words");
  show("words-part");
  at("spoken").replaceChildren(...(spoken || []).flatMap((word) => [make("span", "", word), " "]));
  for (;;) {
    const found = await sending.state(device).catch(() => ({ state: "waiting" }));
    if (found.state === "revoked") return show("revoked-part");
    if (found.state === "enrolled") {
      await sending.ping();
      await vault.put({ passKey: found.pass_key, roots: found.roots || [] });
      await sending.refresh();
      await vault.put({ enrolled: true });
      return undefined;
    }
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
  }
}

// The worker keeps every file of the app before it takes over: once it is ready, a day without a network is no trouble.
async function keepForOffline() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" });
  await navigator.serviceWorker.ready;
  document.documentElement.dataset.kept = "yes";
  await navigator.storage?.persist?.();
}

function offerInstall() {
  let offered = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event;
    at("install").hidden = false;
  });
  at("install").addEventListener("click", async () => {
    at("install").hidden = true;
    await offered?.prompt();
  });
}

function wire() {
  store.wire(exchange);
  gate.wire(exchange);
  inspection.wire(exchange);
  queue.wire(exchange);
  offerInstall();
  onOpen("queue", queue.open);
  at("strip").addEventListener("click", () => { hush(); if (showing() === "queue") home(); else show("queue"); });
  at("switch").addEventListener("click", turn);
  for (const back of document.querySelectorAll("[data-home]")) back.addEventListener("click", () => { hush(); home(); });
  window.addEventListener("online", exchange);
}

async function main() {
  if (!window.isSecureContext || !(await vault.works())) {
    show("cannot");
    return;
  }
  wire();
  keepForOffline().catch(() => undefined);
  try {
    if (location.hash.length > 10 && !(await vault.get("enrolled"))) await enrolNow();
  } catch (fault) {
    tellText(fault.message);
  }
  if (!(await vault.get("device"))) {
    // A code that is opened where this page stands already changes the address alone.
    window.addEventListener("hashchange", () => location.reload());
    show("enrol");
    return;
  }
  if (!(await vault.get("enrolled"))) await waitForDesk();
  if (!(await vault.get("enrolled"))) return;
  at("strip").hidden = false;
  await vault.tryAgain();
  await choose();
  home();
  await draw();
  document.documentElement.dataset.ready = "yes";
  await exchange();
  setInterval(exchange, EVERY);
  setInterval(async () => { await status(); if (at("app").dataset.desk === "gate") await gate.draw(); }, TICK);
}

main();
