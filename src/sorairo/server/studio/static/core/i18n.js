// What the page says, in the language that is chosen.

import { first, firstWords, wordsOf } from "./language.js";
import { change, state } from "./state.js";
import { remember } from "./settings.js";

let [language, words] = [first, await firstWords];
apply();

export const currentLanguage = () => language;

/** Shows the page in a language, as soon as its words are there. */
export async function setLanguage(name) {
  remember("language", name);
  try {
    [language, words] = [name, await wordsOf(name)];
  } catch {
    // The server is away, or it has another version now, whose page a reload shows.
    if (state.connection === "online") location.reload();
    return;
  }
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
  let text = words[area]?.[entry];
  if (text === undefined) return String(name);
  if (typeof text === "object") {
    text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}
