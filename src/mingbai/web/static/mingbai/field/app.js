// The field app's page: enrol, give out, see what waits. Every word comes with the page; every act is saved before it is shown.

import * as vault from "./vault.js";
import * as sending from "./sending.js";
import { newKey, publicText, seal } from "./sealing.js";

const words = JSON.parse(document.getElementById("words").textContent);
const at = (id) => document.getElementById(id);
const say = (key, facts = {}) => Object.entries(facts).reduce(
  (text, [name, value]) => text.replace(`%(${name})s`, value), words[key],
);
const zh = document.documentElement.lang.startsWith("zh");
const nameOf = (goods) => (zh ? goods.name_zh : goods.name_en);
let chosen = null;

function show(id) {
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.id !== id;
}

function tell(key, facts) {
  at("notice").hidden = false;
  at("notice-text").textContent = say(key, facts);
}

function hour(moment) {
  const when = new Date(moment);
  return `${String(when.getHours()).padStart(2, "0")}:${String(when.getMinutes()).padStart(2, "0")}`;
}

// The account's time: the phone's own clock, put right by what the last contact said.
async function accountNow() {
  return Date.now() + ((await vault.get("offset")) || 0);
}

async function status() {
  const [queue, contact, bundle] = [await vault.all("queue"), await vault.get("contact"), await vault.get("bundle")];
  at("waiting").textContent = queue.length ? say("waiting", { count: queue.length }) : say("nothing_waits");
  at("contact").textContent = contact ? say("last_contact", { at: hour(contact) }) : say("no_contact");
  at("stale").hidden = !(bundle && Date.parse(bundle.expires) < (await accountNow()));
  at("unsent").hidden = !queue.length;
}

function line(row) {
  const item = document.createElement("li");
  const whole = document.createElement("div");
  whole.className = "item";
  const text = document.createElement("span");
  text.textContent = row.shown;
  const small = document.createElement("small");
  small.textContent = `${hour(row.at)} · ${words["state_" + row.state] || row.state}`;
  text.append(small);
  whole.append(text);
  item.append(whole);
  if (row.said) {
    const why = document.createElement("p");
    why.textContent = row.said;
    const seen = document.createElement("button");
    seen.className = "btn btn--quiet";
    seen.textContent = say("seen");
    seen.onclick = async () => { await vault.forget(row.seq); await draw(); };
    item.append(why, seen);
  }
  return item;
}

function left(goods, log) {
  const gone = log.filter((row) => row.state === "waiting" && row.item === goods.code)
    .reduce((sum, row) => sum + row.base, 0);
  return Math.max(0, goods.on_hand - gone);
}

async function draw() {
  const [bundle, log] = [await vault.get("bundle"), await vault.all("log")];
  const wanted = at("find").value.trim().toLowerCase();
  at("where").textContent = bundle ? bundle.store.place_name : "";
  at("goods").replaceChildren(...(bundle ? bundle.store.goods : [])
    .filter((one) => !wanted || [one.name_zh, one.name_en, one.initials, one.code]
      .some((name) => (name || "").toLowerCase().includes(wanted)))
    .map((one) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.className = "item";
      button.dataset.goods = one.code;
      const name = document.createElement("span");
      name.textContent = nameOf(one);
      const amount = document.createElement("span");
      amount.className = "amount";
      amount.textContent = `${say("about", { left: left(one, log) })} ${one.unit}`;
      button.append(name, amount);
      button.onclick = () => choose(one);
      item.append(button);
      return item;
    }));
  at("recipients").replaceChildren(...(bundle ? bundle.store.recipients : []).map((one) => {
    const option = document.createElement("option");
    option.value = one.code;
    return option;
  }));
  at("log").replaceChildren(...log.sort((one, other) => other.seq - one.seq).slice(0, 50).map(line));
  await status();
}

function choose(goods) {
  chosen = goods;
  at("chosen").textContent = nameOf(goods);
  at("unit").replaceChildren(...[{ unit: goods.unit, size: 1 }, ...goods.packs].map((one) => {
    const option = document.createElement("option");
    option.value = one.unit;
    option.textContent = one.unit;
    option.dataset.size = one.size;
    return option;
  }));
  at("quantity").value = "";
  at("recipient").value = "";
  show("give");
  at("recipient").focus();
}

const masked = (text) => (text.length > 1 ? "··" + text.slice(-1) : "·");

// The number is drawn, the box closed and both written under one lock: several open pages never share a number.
async function save(ask, row) {
  return navigator.locks.request("mingbai-save", async () => {
    const [device, key, bundle, last] = [
      await vault.get("device"), await vault.get("key"), await vault.get("bundle"), await vault.get("sequence"),
    ];
    const now = new Date().toISOString();
    const seq = (last || 0) + 1;
    const content = {
      v: 1, id: crypto.randomUUID(), command: "supplies.issue_goods", ask, mandate: bundle.mandates[0]?.id,
      at: new Date(await accountNow()).toISOString(), known: "observed", head: bundle.head,
      bundle: bundle.version, needs: [], saved: now,
    };
    const envelope = await seal({
      origin: bundle.origin, device, seq, fieldKey: bundle.field_key, key, content,
    });
    await vault.save(seq, envelope, { ...row, seq, at: now, state: "waiting", said: "" });
  });
}

async function give(event) {
  event.preventDefault();
  const quantity = Number(at("quantity").value.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)));
  const recipient = at("recipient").value.trim();
  if (!recipient) return tell("whom_missing");
  if (!Number.isInteger(quantity) || quantity < 1) return tell("quantity_missing");
  const bundle = await vault.get("bundle");
  const unit = at("unit").selectedOptions[0];
  const ask = { place: bundle.store.place, item: chosen.code, quantity, unit: unit.value, recipient };
  const shown = `${nameOf(chosen)} ${quantity} ${unit.value} → ${masked(recipient)}`;
  try {
    await save(ask, { shown, item: chosen.code, base: quantity * Number(unit.dataset.size) });
  } catch {
    return tell("not_saved");
  }
  at("give-form").reset();
  tell("saved");
  show("desk");
  await draw();
  await exchange();
  return undefined;
}

async function exchange() {
  try {
    await sending.send();
  } catch {
    // No contact: what is saved stays, and the page shows since when.
  }
  await draw();
}

async function enrolNow() {
  const token = location.hash.slice(1);
  const key = await newKey();
  const found = await sending.enrol(token, await publicText(key), say("this_phone"));
  history.replaceState(null, "", location.pathname);
  await vault.put({ key, device: found.device, words: found.words, sequence: 0 });
}

async function waitForDesk() {
  const device = await vault.get("device");
  const spoken = await vault.get("words");
  show("words-part");
  at("spoken").textContent = (spoken || []).join("　");
  for (;;) {
    const found = await sending.state(device).catch(() => ({ state: "waiting" }));
    if (found.state === "revoked") return tell("revoked");
    if (found.state === "enrolled") {
      await vault.put({ passKey: found.pass_key, enrolled: true });
      await sending.ping();
      await sending.refresh();
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

function exportUnsent() {
  vault.all("queue").then(async (queue) => {
    const told = { device: await vault.get("device"), envelopes: queue.map(({ seq, box, signature }) => ({ seq, box, signature })) };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(told)], { type: "application/json" }));
    link.download = "mingbai-unsent.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

async function keepForOffline() {
  if (!("serviceWorker" in navigator)) return;
  const registered = await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" });
  await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)
    .filter((path) => path.startsWith("/static/mingbai/"));
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.kept) document.documentElement.dataset.kept = "yes";
  });
  registered.active?.postMessage({ keep: ["/field/", "/field/app.webmanifest", ...new Set(files)] });
  await navigator.storage?.persist?.();
}

async function main() {
  if (!window.isSecureContext || !(await vault.works())) {
    show("cannot");
    return;
  }
  at("give-form").addEventListener("submit", give);
  at("back").addEventListener("click", () => show("desk"));
  at("find").addEventListener("input", draw);
  at("unsent").addEventListener("click", exportUnsent);
  await keepForOffline().catch(() => undefined);
  try {
    if (location.hash.length > 10 && !(await vault.get("enrolled"))) await enrolNow();
  } catch (fault) {
    at("notice").hidden = false;
    at("notice-text").textContent = fault.message;
  }
  if (!(await vault.get("device"))) {
    show("enrol");
    return;
  }
  if (!(await vault.get("enrolled"))) await waitForDesk();
  if (!(await vault.get("enrolled"))) return;
  show("desk");
  await draw();
  await exchange();
  setInterval(exchange, 15000);
  window.addEventListener("online", exchange);
  document.documentElement.dataset.ready = "yes";
}

main();
