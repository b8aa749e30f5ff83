// A choice among all clips of the library, with a search.

import "../elements/picture.js";
import { change, finished, html, live, nothing, number, repeat, t, videoOf } from "../core/view.js";
import { nameOf, textOf } from "./tile.js";

const MOST = 60; // clips that are shown at once

const searches = new Map(); // what is searched for in each picker, by key; null where it is closed

function search(key, words) {
  searches.set(key, words);
  change({});
}

const clips = (key, value, isOffered, onChange) => {
  const words = searches.get(key).toLowerCase().split(/\s+/).filter(Boolean);
  const found = finished().filter((video) => video.url && isOffered(video) && words.every((word) => textOf(video).includes(word)));
  return html`
    <input type="search" placeholder=${t("library.search")} aria-label=${t("library.search")} .value=${live(searches.get(key))}
      @input=${(event) => search(key, event.target.value)} />
    <div class="pick">
      ${repeat(found.slice(0, MOST), (each) => each.id, (each) => html`<button type="button" class="tile" aria-pressed=${value === each.id}
        aria-label=${nameOf(each)} title=${nameOf(each)} @click=${() => onChange(each.id)}><so-picture .video=${each}></so-picture></button>`)}
    </div>
    ${found.length > MOST ? html`<p class="muted small">${t("library.first", { most: MOST, all: number(found.length) })}</p>` : nothing}
    ${found.length ? nothing : html`<p class="muted small">${t("library.noneTitle")}</p>`}
  `;
};

/** `value` is the id of a clip or "", `key` names the picker; `none` says what "" means, where that can
 * be chosen. */
export const pickClip = ({ key, label, value, none, isOpen = false, isOffered = () => true, onChange }) => {
  const chosen = value && videoOf(value);
  if (!searches.has(key)) searches.set(key, isOpen ? "" : null);
  const isShown = searches.get(key) !== null;
  return html`
    <details class="picker" ?open=${isShown}
      @toggle=${({ target }) => target.open === isShown || search(key, target.open ? "" : null)}>
      <summary><span class="small muted">${label}</span> ${chosen ? nameOf(chosen) : none ?? t("storyboard.chooseClip")}</summary>
      ${none && value ? html`<button type="button" @click=${() => onChange("")}>${none}</button>` : nothing}
      ${isShown ? clips(key, value, isOffered, onChange) : nothing}
    </details>
  `;
};
