// What the server says, in the language of the page: its notes and errors are English sentences with
// a code and the values that stand in them.

import { currentLanguage, t } from "./i18n.js";

/** Values as people read them: numbers without noise behind the point. */
const shown = (values = {}) =>
  Object.fromEntries(
    Object.entries(values).map(([name, each]) => [name, typeof each === "number" ? Number(each.toPrecision(6)) : each]),
  );

/** The text of a code in the language of the page; undefined where the server's own is to be shown. */
function inWords(area, code, values) {
  if (!code || currentLanguage() === "en") return undefined;
  const text = t([area, code], shown(values));
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

/** The message of an error, by its `detail`, or by its `code` alone. */
export function errorText({ code, message, param, detail } = {}) {
  const { code: particular, values } = detail ?? {};
  return (
    inWords("details", particular, values) ??
    inWords("notes", particular, values) ??
    inWords("errors", code, { message, param: param ?? "" }) ??
    message
  );
}
