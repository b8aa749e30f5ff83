// Numbers as people read them, in the language of the page.

import { currentLanguage, t } from "./i18n.js";

const locale = () => (currentLanguage() === "zh" ? "zh-Hans" : "en");

export const number = (value, digits = 0, least = 0) =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: least }).format(value);

/** A share from 0 to 1: "92". */
export const percent = (share) => number(share * 100);

/** A length of a clip: "4 s". */
export const seconds = (value, digits = 2) => t("common.seconds", { n: number(value, digits) });

/** How long something takes: "8 s", "2 min 5 s", "1 h 10 min". */
export function duration(value) {
  const whole = Math.max(0, Math.round(value));
  if (whole < 60) return t("common.seconds", { n: number(whole) });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return t("common.minutes", { m: number(minutes), s: number(whole % 60) });
  return t("common.hours", { h: number(Math.floor(minutes / 60)), m: number(minutes % 60) });
}

/** A point in time: the age of a clip, and the date if it is older than a day. */
export function ago(unixSeconds, now = Date.now()) {
  const past = Math.max(0, now / 1000 - unixSeconds);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  if (past < 60) return relative.format(0, "second");
  if (past < 3600) return relative.format(-Math.floor(past / 60), "minute");
  if (past < 86400) return relative.format(-Math.floor(past / 3600), "hour");
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(unixSeconds * 1000);
}

/** Bytes: "1.2 MB". */
export function bytes(value) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const options = { style: "unit", unit: units[power], unitDisplay: "short" };
  const digits = { maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(locale(), { ...options, ...digits }).format(value / 1000 ** power);
}
