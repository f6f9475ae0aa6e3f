// The store: goods with about how many are left, and giving out.

import * as vault from "./vault.js";
import { at, half, home, hush, make, masked, options, say, show, tell, zh } from "./shell.js";
import { once, save } from "./saving.js";

const nameOf = (goods) => (zh ? goods.name_zh : goods.name_en);
let chosen = null;

function left(goods, log) {
  const gone = log.filter((row) => row.state === "waiting" && row.item === goods.code)
    .reduce((sum, row) => sum + row.base, 0);
  return Math.max(0, goods.on_hand - gone);
}

function choose(goods) {
  chosen = goods;
  hush();
  at("chosen").textContent = nameOf(goods);
  options(at("unit"), [{ unit: goods.unit, size: 1 }, ...goods.packs].map(({ unit }) => [unit, unit]));
  at("quantity").value = "";
  at("recipient").value = "";
  show("give");
  at("recipient").focus();
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
  const wanted = half(at("find").value).toLowerCase();
  at("goods").replaceChildren(...(bundle?.store?.goods || [])
    .filter((one) => !wanted || [one.name_zh, one.name_en, one.initials, one.code]
      .some((name) => (name || "").toLowerCase().includes(wanted)))
    .map((one) => goodsLine(one, log)));
  at("recipients").replaceChildren(...(bundle?.store?.recipients || []).map((one) => {
    const option = make("option");
    option.value = one.code;
    return option;
  }));
}

const give = once(async () => {
  const quantity = Number(half(at("quantity").value));
  const recipient = at("recipient").value.trim();
  if (!recipient) return tell("whom_missing");
  if (!Number.isInteger(quantity) || quantity < 1) return tell("quantity_missing");
  const bundle = await vault.get("bundle");
  const unit = [{ unit: chosen.unit, size: 1 }, ...chosen.packs].find((one) => one.unit === at("unit").value);
  const ask = { place: bundle.store.place, item: chosen.code, quantity, unit: unit.unit, recipient };
  const shown = `${nameOf(chosen)} ${quantity} ${unit.unit} → ${masked(recipient)}`;
  try {
    await save("keeper", "supplies.issue_goods", ask, { shown, item: chosen.code, base: quantity * unit.size });
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
}
