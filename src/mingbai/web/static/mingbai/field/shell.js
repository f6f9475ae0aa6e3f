// The shell: parts of the page, words that came with it, messages. Every word of the app is in the page.

const words = JSON.parse(document.getElementById("words").textContent);

export const zh = document.documentElement.lang.startsWith("zh");
export const at = (id) => document.getElementById(id);
export const has = (key) => key in words;

export const figure = (number) => number.toLocaleString("en");

export function say(key, facts = {}) {
  return Object.entries(facts).reduce(
    (text, [name, value]) => text.replace(`%(${name})s`, typeof value === "number" ? figure(value) : value), words[key] ?? key,
  );
}

const opened = {};

// What a part does when it is opened.
export function onOpen(id, act) {
  opened[id] = act;
}

export function showing() {
  return document.querySelector("[data-part]:not([hidden])")?.id;
}

// Whoever hears the page, and whoever goes through it by keys, goes on where the new part begins.
function begin(part) {
  const head = [...part.querySelectorAll("[data-head], h2")].find((one) => one.getClientRects().length) || part;
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
}

export function show(id) {
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.id !== id;
  at("app").dataset.showing = id;
  window.scrollTo(0, 0);
  begin(at(id));
  opened[id]?.();
}

// The part to which "back" leads: the desk that is open.
export function home() {
  show(at("app").dataset.desk || at("app").dataset.without || "no-desk");
}

const SIGNS = { info: "#i-info", ok: "#i-check", no: "#i-warn" };
const GOOD = new Set(["saved", "handed_over", "file_taken", "answers_taken"]);
const NEWS = new Set(["looking", "reading", "sending", "left_out"]);

export function tell(key, facts) {
  tellText(say(key, facts), GOOD.has(key) ? "ok" : NEWS.has(key) ? "info" : "no");
}

export function tellText(text, tone = "no") {
  at("notice").className = `notice notice--${tone}`;
  at("notice").setAttribute("role", tone === "no" ? "alert" : "status");
  at("notice-use").setAttribute("href", SIGNS[tone]);
  at("notice").hidden = !text;
  at("notice-text").textContent = text;
}

// What is wrong with a field stands between its label and its input.
export function fault(field, text) {
  at(`${field}-field`).classList.add("field--error");
  at(`${field}-error`).hidden = false;
  at(`${field}-error-text`).textContent = text;
  at(field).ariaInvalid = "true";
}

export function clearFault(field) {
  at(`${field}-field`).classList.remove("field--error");
  at(`${field}-error`).hidden = true;
  at(field).ariaInvalid = null;
}

// The first thing that is wrong is brought before the eye, wherever on a long page the button was pressed.
export function toFault(fields) {
  const first = fields.map(at).find((one) => one.ariaInvalid === "true");
  if (first) toEye(first);
}

export function toEye(field) {
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

export function hush() {
  at("notice").hidden = true;
}

export function make(tag, className, text) {
  const found = document.createElement(tag);
  if (className) found.className = className;
  if (text !== undefined) found.textContent = text;
  return found;
}

export function options(select, rows) {
  select.replaceChildren(...rows.map(([value, text]) => {
    const option = make("option", "", text);
    option.value = value;
    return option;
  }));
}

export const half = (text) => text.normalize("NFKC").trim();
export const masked = (text) => (text.length > 1 ? "··" + text.slice(-1) : "·");
