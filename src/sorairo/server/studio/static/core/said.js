// What the server says, in the language of the page: its notes and errors are English sentences with
// a code and the values that stand in them.

import { currentLanguage, t } from "./i18n.js";

const NAMES = ["name", "first", "second", "known", "category", "task"]; // values that are words of the API
const GIVEN = ["no_model", "no_lora"]; // codes whose values people have named

/** What a field or a choice is called, such as "card[0].seconds"; what has no name stays as it is. */
const called = (path) =>
  path.replace(/(\w+)(?:\[(\d+)\])?(\.?)/g, (_, word, index, dot) => {
    const name = [t(["names", word]), t(`compose.style_${word}`)].find((each) => !/[,.]/.test(each)) ?? word;
    return `${name}${index ? ` ${Number(index) + 1} ` : ""}${dot && "的"}`;
  });

/** Values as people read them: numbers without noise behind the point, fields by their names. */
function shown(code, values) {
  const write = ([name, each]) => {
    if (typeof each === "number") return [name, Number(each.toPrecision(6))];
    if (!NAMES.includes(name) || GIVEN.includes(code)) return [name, each];
    return [name, each.split(", ").map((part) => (/^[\w.[\]]+$/.test(part) ? called(part) : part)).join("、")];
  };
  return Object.fromEntries(Object.entries(values).map(write));
}

/** The text of a code in the language of the page; undefined where the server's own is to be shown. */
function inWords(area, code, values = {}) {
  if (!code || currentLanguage() === "en") return undefined;
  const text = t([area, code], shown(code, values));
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
export function errorText({ code, message, detail } = {}) {
  const { code: particular, values } = detail ?? {};
  return (
    inWords("details", particular, values) ??
    inWords("notes", particular, values) ??
    inWords("errors", code) ??
    message
  );
}
