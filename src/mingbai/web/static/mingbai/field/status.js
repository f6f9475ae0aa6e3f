// Status: how many records wait, when the account last answered, and what needs the holder's eye; on every part of the app.

import * as vault from "./vault.js";
import { accountNow, fresh, said } from "./moment.js";
import { at, say } from "./shell.js";

const LONG = 24 * 3600 * 1000;
export const UNTOLD = new Set(["overruled", "refused", "quarantined"]);

export async function status() {
  const [floor, bundle] = await vault.many("floor", "bundle");
  const [queue, log] = [await vault.all("queue"), await vault.all("log")];
  const now = await accountNow();
  const untold = log.filter((row) => UNTOLD.has(row.state)).length;
  const near = (await fresh()) && !queue.length;
  const look = `contact contact--${near ? "ok" : "off"}`;
  const turned = at("strip").className !== look;
  at("strip").className = look;
  at("strip-use").setAttribute("href", near ? "#i-check" : "#i-off");
  at("waiting").textContent = queue.length ? say("waiting", { count: queue.length }) : say(near ? "nothing_waits" : "no_network");
  // By the account's clock, like everything else that the phone shows: its own may be wrong.
  at("contact").textContent = floor ? say("last_contact", { at: said(floor, now) }) : say("no_contact");
  if (turned) at("strip-said").textContent = `${at("waiting").textContent} · ${at("contact").textContent}`;
  at("untold").hidden = !untold;
  at("untold").textContent = untold ? say("untold", { count: untold }) : "";
  at("stale").hidden = !(bundle && Date.parse(bundle.expires) < now);
  const oldest = log.filter((row) => row.state === "waiting").reduce((least, row) => Math.min(least, Date.parse(row.at)), now);
  at("long").hidden = now - oldest < LONG;
}
