// The shell: parts of the page, words that came with it, messages. Every word of the app is in the page.

const words = JSON.parse(document.getElementById("words").textContent);

export const zh = document.documentElement.lang.startsWith("zh");
export const at = (id) => document.getElementById(id);
export const has = (key) => key in words;

export function say(key, facts = {}) {
  return Object.entries(facts).reduce(
    (text, [name, value]) => text.replace(`%(${name})s`, value), words[key] ?? key,
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

export function show(id) {
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.id !== id;
  at("app").dataset.showing = id;
  window.scrollTo(0, 0);
  opened[id]?.();
}

// The part to which "back" leads: the desk that is open.
export function home() {
  show(at("app").dataset.desk || "no-desk");
}

export function tell(key, facts) {
  tellText(say(key, facts));
}

export function tellText(text) {
  at("notice").hidden = !text;
  at("notice-text").textContent = text;
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
