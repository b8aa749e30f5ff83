// A field for a prompt. Words that the model does not know are underlined, on a copy of the text
// behind the field.

import { html, live, nothing, t } from "../core/view.js";

/** The text in pieces `[text, is unknown]`. The places of `words` count Unicode characters; a word that
 * is no longer at its place, because the text has changed since, is left out. */
export function pieces(text, words) {
  const letters = [...text];
  const found = [];
  let at = 0;
  for (const { word, start, end } of words) {
    if (start < at || letters.slice(start, end).join("").toLowerCase() !== word.toLowerCase()) continue;
    found.push([letters.slice(at, start).join(""), false], [letters.slice(start, end).join(""), true]);
    at = end;
  }
  return [...found, [letters.slice(at).join(""), false]];
}

export const promptField = ({ value, words = [], placeholder, rows = 3, onInput, onKey, label }) => html`
  <div class="prompt-field">
    <div class="prompt-marks" aria-hidden="true">${pieces(value, words).map(([text, unknown]) =>
      unknown ? html`<mark>${text}</mark>` : text)}${"\n"}</div>
    <textarea
      rows=${rows}
      aria-label=${label}
      placeholder=${placeholder ?? ""}
      spellcheck="false"
      .value=${live(value)}
      @input=${(event) => onInput(event.target.value)}
      @keydown=${onKey ?? nothing}
      @scroll=${(event) => {
        event.target.previousElementSibling.scrollTop = event.target.scrollTop;
      }}
    ></textarea>
  </div>
`;

/** The unknown words with the nearest that the model knows; a click puts that one in. */
export const unknownWords = (value, words, onInput) =>
  words.length
    ? html`<p class="unknown">
        <span>${t("compose.unknown")}</span>
        ${words.map((each) =>
          each.nearest.length
            ? html`<button type="button" class="chip" @click=${() => onInput(replaced(value, each))}
                aria-label=${t("compose.replace", { word: each.word, nearest: each.nearest[0] })}
              ><s>${each.word}</s> ${each.nearest[0]}</button>`
            : html`<span class="chip plain"><u>${each.word}</u></span>`,
        )}
      </p>`
    : nothing;

const replaced = (text, word) =>
  pieces(text, [word])
    .map(([each, isUnknown]) => (isUnknown ? word.nearest[0] : each))
    .join("");
