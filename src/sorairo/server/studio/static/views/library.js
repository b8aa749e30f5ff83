// The library: all clips, found by words, tags and kinds, and what can be done with several at once.

import "../elements/grid.js";
import {
  change, clearSelection, finished, html, icon, label, link, live, nothing, number, remove, select, state, t, videoOf,
  videos,
} from "../core/view.js";
import { exportChosen, exportVideos } from "../media/export.js";
import { choice, iconButton, loading, tagForm } from "./fields.js";
import { selectableTile, textOf } from "./tile.js";

state.filter = { words: "", favourite: false, kind: "", tag: "", order: "newest" };

const filter = (changes) => change((all) => Object.assign(all.filter, changes));

/** The filter as parameters of the list of videos. */
const filterQuery = () => {
  const { words, favourite, kind, tag } = state.filter;
  return { ...(words.trim() && { q: words }), ...(favourite && { favourite }), ...(kind && { kind }), ...(tag && { tag }) };
};

const found = { order: null, key: "", ids: [] };

/** The ids of the videos that the filter leaves, in its order; worked out again when one changes. */
function filteredIds() {
  const key = JSON.stringify(state.filter);
  if (found.order === state.library.order && found.key === key) return found.ids;
  const words = state.filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (video) =>
    (!state.filter.favourite || video.favourite) &&
    (!state.filter.kind || video.kind === state.filter.kind) &&
    (!state.filter.tag || video.tags?.includes(state.filter.tag)) &&
    words.every((word) => textOf(video).includes(word));
  const ids = finished().filter(fits).map((video) => video.id);
  if (state.filter.order === "oldest") ids.reverse();
  Object.assign(found, { order: state.library.order, key, ids });
  return ids;
}

const KINDS = ["generate", "animate", "extend", "loop", "connect", "edit", "cast", "storyboard", "cut", "import"];

function valuesOf() {
  const kinds = new Set();
  const tags = new Map();
  for (const video of videos()) {
    if (video.kind) kinds.add(video.kind);
    for (const tag of video.tags ?? []) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  return { kinds: KINDS.filter((each) => kinds.has(each)), tags: [...tags.keys()].sort() };
}

let lastSelected = "";

/** Selects a tile; with Shift all from the one before. */
function onSelect(id, isSelected, withShift) {
  const ids = found.ids;
  const [from, to] = [ids.indexOf(lastSelected), ids.indexOf(id)];
  if (withShift && from >= 0) {
    for (const each of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) select(each, isSelected);
  } else {
    select(id, isSelected);
  }
  lastSelected = id;
}

const filterBy = (name, label, values, write) =>
  choice({ label, isHidden: true, value: state.filter[name], values, write, onChange: (value) => filter({ [name]: value }) });

const bar = () => {
  const { kinds, tags } = valuesOf();
  return html`
    <div class="library-bar" role="search">
      <label class="search">
        <span class="hidden">${t("library.search")}</span>
        ${icon("search")}
        <input type="search" placeholder=${t("library.search")} .value=${live(state.filter.words)}
          @input=${(event) => filter({ words: event.target.value })} />
      </label>
      ${kinds.length > 1
        ? filterBy("kind", t("library.kind"), ["", ...kinds], (each) => t(`library.kind_${each || "all"}`))
        : nothing}
      ${tags.length
        ? filterBy("tag", t("library.tag"), ["", ...tags], (each) => each || t("library.tagAll"))
        : nothing}
      ${filterBy("order", t("library.order"), ["newest", "oldest"], (each) => t(`library.${each}`))}
      <button aria-pressed=${state.filter.favourite} @click=${() => filter({ favourite: !state.filter.favourite })}>
        ${icon("heart")} ${t("library.favourites")}
      </button>
    </div>
  `;
};

const selected = () => [...state.selection].filter(videoOf);

/** Does something with the selection as it is then, of which the page may not have drawn the last change. */
const withSelected = (action) => () => selected().length && action(selected());

const selectionBar = () => {
  const ids = selected();
  if (!ids.length) return nothing;
  const allFavourite = ids.every((id) => videoOf(id).favourite);
  return html`
    <div class="selection-bar" role="region" aria-label=${t("library.selection")}>
      <b>${t("library.selected", { n: ids.length })}</b>
      <button @click=${withSelected((all) => label(all, { favourite: !allFavourite }))}>
        ${icon("heart")} <span>${t(allFavourite ? "library.unmark" : "library.mark")}</span>
      </button>
      ${tagForm((changes) => label(selected(), changes), true)}
      <button ?disabled=${Boolean(state.saving)} @click=${withSelected(exportChosen)}>${icon("download")} <span>${t("library.export")}</span></button>
      <button class="danger" @click=${withSelected(remove)}>${icon("trash")} <span>${t("common.delete")}</span></button>
      ${iconButton("close", t("library.clear"), clearSelection)}
    </div>
  `;
};

const empty = () => html`
  <div class="empty">
    <span class="empty-sky"></span>
    <h2>${t("library.emptyTitle")}</h2>
    <p class="muted">${t("library.emptyText")}</p>
    <a class="button primary" href=${link("create")}>${icon("create")} ${t("library.emptyAction")}</a>
    <a class="button" href=${link("import")}>${icon("import")} ${t("import.title")}</a>
  </div>
`;

const noneFound = () => html`
  <div class="empty">
    <h2>${t("library.noneTitle")}</h2>
    <button @click=${() => filter({ words: "", favourite: false, kind: "", tag: "" })}>${t("library.showAll")}</button>
  </div>
`;

const trashLink = () => html`<p class="small"><a href=${link("trash")}>${t("library.trash")}</a></p>`;

const drawTile = (id) => selectableTile(videoOf(id), { onSelect });

export const library = {
  title: () => t("shell.library"),
  draw: () => {
    const ids = filteredIds();
    if (!finished().length) {
      return html`<h1>${t("shell.library")}</h1>${state.library.complete ? html`${empty()} ${trashLink()}` : loading()}`;
    }
    return html`
      <div class="view-head">
        <h1>${t("shell.library")}</h1>
        <p class="muted">${t("library.count", { n: number(ids.length) })}</p>
        <button class="quiet" ?disabled=${Boolean(state.saving)} @click=${() => exportVideos(filterQuery())}>
          ${icon("download")} ${t("library.export")}
        </button>
      </div>
      ${bar()}
      ${ids.length ? html`<so-grid .tile=${drawTile} .items=${ids}></so-grid>` : noneFound()}
      ${trashLink()}
      ${selectionBar()}
    `;
  },
};
