// What the server says, in the language of the page: its notes and errors are English sentences with
// a code and, for notes, the values that stand in them.

import { currentLanguage, t } from "./i18n.js";

/** The text of a code in the language of the page; undefined where the server's own is to be shown. */
function inWords(area, code, values) {
  if (!code || currentLanguage() === "en") return undefined;
  const text = t([area, code], values);
  return text === `${area},${code}` ? undefined : text;
}

/** What a model is for. */
export const summaryOf = ({ id, summary }) => inWords("models", id) ?? summary;

/** The notes of a Video object or a reading; those with a code of `without` are left out. */
export function notesOf({ notes = [], note_details: details = [] }, without = []) {
  return notes
    .map((text, at) => ({ text, ...details[at] }))
    .filter(({ code }) => !without.includes(code))
    .map(({ text, code, values }) => inWords("notes", code, values) ?? text);
}

/** Why a file is left out of an import. */
export const reasonOf = ({ code, values, reason }) => inWords("details", code, values) ?? reason;

/** The message of an error. What is particular to it is English, unless the server gave its `detail`. */
export function errorText({ code, message, detail } = {}) {
  const particular = inWords("details", detail?.code, detail?.values);
  if (particular) return particular;
  const summary = inWords("errors", code);
  return summary ? `${summary}（${message}）` : message;
}
