// Moments: the account's clock on this phone, hours and days of the place, and the policy that is in force.

import * as vault from "./vault.js";
import { zh } from "./shell.js";

const ZONE = 8 * 3600 * 1000;
const two = (number) => String(number).padStart(2, "0");
// With no answer of the account for so long, what the phone knows may be outdated.
export const FRESH = 10 * 60 * 1000;

// The phone's own clock, put right by what the last contact said, and never before that contact.
export async function accountNow() {
  const [offset, floor] = await vault.many("offset", "floor");
  return Math.max(Date.now() + (offset || 0), floor || 0);
}

// A moment beyond what a clock can show is shown as its last.
const LAST = Date.UTC(9999, 11, 31);

function inPlace(moment) {
  const given = typeof moment === "string" ? Date.parse(moment) : Number(moment);
  return new Date(Math.min(Math.max(given, 0) + ZONE, LAST));
}

export function hour(moment) {
  const when = inPlace(moment);
  return `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}`;
}

export function day(moment) {
  return inPlace(moment).toISOString().slice(0, 10);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// A day as people say it; the year only where it is another.
export function daySaid(moment, now = Date.now()) {
  const [year, month, date] = day(moment).split("-").map(Number);
  const other = year !== Number(day(now).slice(0, 4));
  if (zh) return `${other ? `${year} 年 ` : ""}${month} 月 ${date} 日`;
  return `${date} ${MONTHS[month - 1]}${other ? ` ${year}` : ""}`;
}

// An hour of today, or a day and an hour.
export function said(moment, now) {
  return day(moment) === day(now) ? hour(moment) : `${daySaid(moment, now)} ${hour(moment)}`;
}

export function policyAt(bundle, name, now) {
  const found = (bundle?.policy || []).filter((one) => one.name === name && Date.parse(one.starts) <= now);
  const newest = found.sort((one, other) => Date.parse(other.starts) - Date.parse(one.starts))[0];
  return newest ? newest.value : undefined;
}

// Whether the account answered a short while ago; the browser's own word for being online is never asked.
export async function fresh() {
  const contact = await vault.get("contact");
  return contact !== undefined && Math.abs(Date.now() - contact) < FRESH;
}
