// What the server says, in the language of the page: its notes and errors are English sentences with
// a code and, for notes, the values that stand in them.

import { currentLanguage, t } from "./i18n.js";

const inWords = (area, code, values) => {
  const name = `${area}.${code}`;
  const text = code ? t(name, values) : name;
  return text === name ? undefined : text;
};

/** The notes of a Video object or a reading; those with a code of `without` are left out. */
export function notesOf({ notes = [], note_details: details = [] }, without = []) {
  const isEnglish = currentLanguage() === "en";
  return notes
    .map((text, at) => ({ text, ...details[at] }))
    .filter(({ code }) => !without.includes(code))
    .map(({ text, code, values }) => (isEnglish ? text : inWords("notes", code, values) ?? text));
}

/** The message of an error. What is particular to it is English, in any language. */
export function errorText({ code, message } = {}) {
  const summary = currentLanguage() === "en" ? undefined : inWords("errors", code);
  return summary ? `${summary}（${message}）` : message;
}
