// The words of the page, by language. Each table of `i18n/` has the same names in both.

import { TABLES } from "../i18n/tables.js";
import { change } from "./state.js";
import { recall, remember } from "./settings.js";

export const LANGUAGES = { en: "English", zh: "中文" };

const preferred = () =>
  navigator.languages.some((each) => each.startsWith("zh")) && navigator.language.startsWith("zh")
    ? "zh"
    : "en";

let language = recall("language", preferred());
if (!(language in LANGUAGES)) language = "en";
apply();

export const currentLanguage = () => language;

export function setLanguage(name) {
  language = name;
  remember("language", name);
  apply();
  change({});
}

function apply() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}

/**
 * The text of a name such as "compose.create", or ["models", "wan2.2-5b"] where a part has dots, with
 * `{n}` replaced by `values.n`. A text may be an object of the forms that Intl.PluralRules tells apart
 * by `values.n`.
 */
export function t(name, values = {}) {
  const [area, entry] = Array.isArray(name) ? name : name.split(".");
  let text = TABLES[area]?.[language]?.[entry];
  if (text === undefined) return String(name);
  if (typeof text === "object") {
    text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}
