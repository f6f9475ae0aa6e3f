// The store: goods with about how many are left, and giving out.

import * as vault from "./vault.js";
import { at, clearFault, fault, figure, half, home, hush, make, masked, options, say, show, tell, toFault, zh } from "./shell.js";
import { once, save } from "./saving.js";

const nameOf = (goods) => (zh ? goods.name_zh : goods.name_en);
const FIELDS = ["recipient", "quantity"];
let chosen = null;

function left(goods, log) {
  const gone = log.filter((row) => row.state === "waiting" && row.item === goods.code)
    .reduce((sum, row) => sum + row.base, 0);
  return Math.max(0, goods.on_hand - gone);
}

// How many of the base unit are asked for, and in which unit.
function wanted() {
  const quantity = Number(half(at("quantity").value).replaceAll(",", ""));
  const unit = [{ unit: chosen.unit, size: 1 }, ...chosen.packs].find((one) => one.unit === at("unit").value);
  return { quantity, unit, base: quantity * unit.size };
}

// What is left before and after, before the button is pressed; the phone knows it only about.
async function weigh() {
  const [before, { base }] = [left(chosen, await vault.all("log")), wanted()];
  const much = base > before;
  at("after").classList.toggle("is-much", much);
  if (much) at("after").textContent = say("too_many", { left: before, unit: chosen.unit });
  else if (base > 0) at("after").textContent = say("left_after", { left: before, after: before - base, unit: chosen.unit });
  else at("after").textContent = `${say("about", { left: before })} ${chosen.unit}`;
}

function choose(goods) {
  chosen = goods;
  hush();
  FIELDS.forEach(clearFault);
  at("chosen").textContent = nameOf(goods);
  options(at("unit"), [{ unit: goods.unit, size: 1 }, ...goods.packs].map(({ unit }) => [unit, unit]));
  at("quantity").value = "";
  at("recipient").value = "";
  show("give");
  at("recipient").focus();
  weigh();
}

function goodsLine(one, log) {
  const item = make("li");
  const button = make("button", "item");
  button.type = "button";
  button.dataset.goods = one.code;
  button.append(
    make("span", "", nameOf(one)),
    make("span", "amount", `${say("about", { left: left(one, log) })} ${one.unit}`),
  );
  button.onclick = () => choose(one);
  item.append(button);
  return item;
}

export async function draw() {
  const [bundle, log] = [await vault.get("bundle"), await vault.all("log")];
  const word = half(at("find").value).toLowerCase();
  const held = bundle?.store?.goods || [];
  const found = held.filter((one) => !word || [one.name_zh, one.name_en, one.initials, one.code]
    .some((name) => (name || "").toLowerCase().includes(word)));
  at("goods").replaceChildren(...found.map((one) => goodsLine(one, log)));
  at("no-goods").hidden = found.length > 0;
  at("no-goods").textContent = found.length ? "" : say(held.length ? "no_such_goods" : "no_goods");
  at("recipients").replaceChildren(...(bundle?.store?.recipients || []).map((one) => {
    const option = make("option");
    option.value = one.code;
    return option;
  }));
}

const give = once(async () => {
  const { quantity, unit, base } = wanted();
  const recipient = at("recipient").value.trim();
  FIELDS.forEach(clearFault);
  if (!recipient) fault("recipient", say("whom_missing"));
  if (!Number.isInteger(quantity) || quantity < 1) fault("quantity", say("quantity_missing"));
  if (FIELDS.some((one) => at(one).ariaInvalid)) {
    tell("look_again");
    return toFault(FIELDS);
  }
  const bundle = await vault.get("bundle");
  const ask = { place: bundle.store.place, item: chosen.code, quantity, unit: unit.unit, recipient };
  const shown = `${nameOf(chosen)} ${figure(quantity)} ${unit.unit} → ${masked(recipient)}`;
  try {
    await save("keeper", "supplies.issue_goods", ask, { shown, item: chosen.code, base });
  } catch {
    return tell("not_saved");
  }
  at("give-form").reset();
  home();
  tell("saved");
  return true;
});

export function wire(exchange) {
  at("give-form").addEventListener("submit", async (event) => { event.preventDefault(); if (await give()) await exchange(); });
  at("find").addEventListener("input", draw);
  at("quantity").addEventListener("input", weigh);
  at("unit").addEventListener("change", weigh);
}
