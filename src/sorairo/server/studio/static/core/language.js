// The words of the page: the files of `i18n/LANGUAGE/`, those of the language that is shown alone. The
// page begins with this module, so that they are read while the other modules are.

import { recall } from "./settings.js";

export const LANGUAGES = { en: "English", zh: "中文" };

const AREAS = [
  ...["actions", "branches", "clip", "common", "compose", "import", "jobs", "library"],
  ...["player", "settings", "shell", "storyboard", "tools"],
];
// What the server says itself in English: the other languages alone have words for it.
const SERVER_AREAS = ["details", "errors", "models", "names", "notes"];

/** The words of a language, by area and name. */
export async function wordsOf(language) {
  const areas = language === "en" ? AREAS : [...AREAS, ...SERVER_AREAS];
  const modules = await Promise.all(areas.map((area) => import(`../i18n/${language}/${area}.js`)));
  return Object.fromEntries(areas.map((area, at) => [area, modules[at].default]));
}

const chosen = recall("language", navigator.language.startsWith("zh") ? "zh" : "en");
export const first = chosen in LANGUAGES ? chosen : "en";
export const firstWords = wordsOf(first);
