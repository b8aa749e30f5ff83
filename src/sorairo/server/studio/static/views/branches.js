// A branching film: after each clip there may be several ways on, and the viewer chooses.

import "../elements/picture.js";
import { attempt } from "../core/actions.js";
import { addWay, clipOf, editFilm, firstNode, joinWay, makePart, newFilm, nodeOf, removeWay, scenes, setNode, wayTo, waysFrom } from "../core/film.js";
import { t } from "../core/i18n.js";
import { icon } from "../core/icons.js";
import { isUnfinished, videoOf, videos } from "../core/library.js";
import { html, live, nothing, repeat } from "../core/lit.js";
import { go } from "../core/router.js";
import { errorText } from "../core/said.js";
import { change, state } from "../core/state.js";
import { clipAddress } from "../media/addresses.js";
import { saveMade } from "../media/export.js";
import { nameOf } from "./tile.js";

const SIZES = ["512x512", "1280x720", "720x1280"];

state.filmEnded = false;
state.filmBusy = new Set();

function show(id) {
  change({ filmAt: id, filmEnded: false });
}

const labelOf = (node) => node.label || node.prompt || t("branches.way");

// --- the player

const ready = (id) => waysFrom(id).filter(clipOf);

const choices = (node) => {
  const ways = ready(node.id);
  return html`
    <div class="film-choices" role="group" aria-label=${t("branches.choose")}>
      ${ways.map((way) => html`<button class="primary" @click=${() => show(way.id)}>${labelOf(way)}</button>`)}
      ${ways.length ? nothing : html`<button @click=${() => show(firstNode().id)}>${icon("retry")} ${t("branches.again")}</button>`}
    </div>
  `;
};

function onEnded() {
  const ways = ready(state.filmAt);
  if (ways.length === 1) show(ways[0].id);
  else change({ filmEnded: true });
}

async function join(id) {
  change({ joining: true });
  const video = await attempt(() => joinWay(id));
  change({ joining: false });
  if (video) go("clip", [video.id]);
}

const exportFilm = () =>
  saveMade("v1/videos/films", { title: firstNode().prompt || t("branches.title"), scenes: scenes() }, "film.zip", "film");

const player = () => {
  const node = nodeOf(state.filmAt) ?? firstNode();
  const video = clipOf(node);
  return html`
    <section class="film-player" aria-label=${t("branches.player")}>
      <div class="film-screen">
        ${video
          ? repeat([video.id], (id) => id, () => html`<video src=${clipAddress(video)} controls autoplay playsinline muted .muted=${true} aria-label=${labelOf(node)}
              @ended=${onEnded} @play=${() => change({ filmEnded: false })}></video>`)
          : html`<p class="film-empty">${t("branches.notMade")}</p>`}
        ${video && state.filmEnded ? choices(node) : nothing}
      </div>
      <div class="row">
        <button @click=${() => show(firstNode().id)}>${icon("retry")} ${t("branches.again")}</button>
        ${video && node.parent && wayTo(node.id).every(clipOf)
          ? html`<button ?disabled=${state.joining} title=${t("branches.joinHint")} @click=${() => join(node.id)}>${icon("cut")} ${t("branches.join")}</button>`
          : nothing}
        ${node.parent ? html`<button class="quiet" @click=${() => show(node.parent)}>${icon("back")} ${t("branches.back")}</button>` : nothing}
      </div>
    </section>
  `;
};

// --- the tree

async function make(id) {
  change(({ filmBusy }) => filmBusy.add(id));
  await attempt(() => makePart(id));
  change(({ filmBusy }) => filmBusy.delete(id));
}

const stateOf = (node) => {
  const video = node.video && videoOf(node.video);
  if (!video) return nothing;
  if (isUnfinished(video)) {
    return html`<progress max="100" .value=${video.progress} aria-label=${t("jobs.progress")}></progress>`;
  }
  return video.status === "failed" ? html`<p class="problem small">${errorText(video.error)}</p>` : nothing;
};

const makeButton = (node) => {
  const before = nodeOf(node.parent);
  const waits = before && !clipOf(before);
  const video = node.video && videoOf(node.video);
  const busy = state.filmBusy.has(node.id) || (video && isUnfinished(video));
  return html`<button ?disabled=${busy || waits || !node.prompt.trim()} title=${waits ? t("branches.waits") : nothing} @click=${() => make(node.id)}>
    ${icon("create")} ${t(video ? "branches.remake" : "branches.make")}
  </button>`;
};

const fromLibrary = (node) => {
  const done = videos().filter((video) => video.status === "completed").slice(0, 100);
  return html`<label class="field"><span>${t("branches.orClip")}</span>
    <select .value=${live(node.video)} @change=${(event) => setNode(node.id, { video: event.target.value })}>
      <option value="">${t("branches.none")}</option>
      ${done.map((video) => html`<option value=${video.id} ?selected=${video.id === node.video}>${nameOf(video).slice(0, 50)}</option>`)}
    </select></label>`;
};

const part = (node) => {
  const ways = waysFrom(node.id);
  const video = clipOf(node);
  return html`
    <li>
      <div class="branch ${node.id === state.filmAt ? "shown" : ""}">
        <div class="branch-head">
          <button class="branch-picture" ?disabled=${!video} aria-label=${t("branches.play", { name: labelOf(node) })} @click=${() => show(node.id)}>
            ${video ? html`<so-picture .video=${video}></so-picture>` : icon("play")}
          </button>
          <div class="branch-fields">
            ${node.parent
              ? html`<label class="field"><span>${t("branches.label")}</span><input placeholder=${t("branches.labelHint")} .value=${live(node.label)} @input=${(event) => setNode(node.id, { label: event.target.value })} /></label>`
              : nothing}
            <label class="field"><span>${t("branches.prompt")}</span><input .value=${live(node.prompt)} @input=${(event) => setNode(node.id, { prompt: event.target.value })} /></label>
          </div>
        </div>
        ${stateOf(node)}
        <div class="row">
          ${makeButton(node)} ${fromLibrary(node)}
          <button class="quiet" @click=${() => addWay(node.id)}>${icon("branches")} ${t("branches.add")}</button>
          ${node.parent ? html`<button class="quiet round danger" aria-label=${t("common.delete")} title=${t("common.delete")} @click=${() => removeWay(node.id)}>${icon("trash")}</button>` : nothing}
        </div>
      </div>
      ${ways.length ? html`<ul class="branches">${repeat(ways, (way) => way.id, part)}</ul>` : nothing}
    </li>
  `;
};

export const branches = {
  title: () => t("branches.title"),
  draw: () => html`
    <div class="view-head">
      <h1>${t("branches.title")}</h1>
      <p class="muted">${t("branches.about")}</p>
      <button ?disabled=${Boolean(state.saving) || !scenes().length} title=${t("branches.exportHint")} @click=${exportFilm}>${icon("download")} ${t("library.export")}</button>
      <button class="quiet" @click=${newFilm}>${t("branches.new")}</button>
    </div>
    <div class="film">
      <div class="stack">
        <label class="field"><span>${t("storyboard.size")}</span>
          <select .value=${live(state.film.size)} @change=${(event) => editFilm((film) => Object.assign(film, { size: event.target.value }))}>
            ${SIZES.map((size) => html`<option value=${size} ?selected=${size === state.film.size}>${size.replace("x", " × ")}</option>`)}
          </select></label>
        <ul class="branches">${part(firstNode())}</ul>
      </div>
      ${player()}
    </div>
  `,
};
