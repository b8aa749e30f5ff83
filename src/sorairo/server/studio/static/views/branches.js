// A branching film: after each clip there may be several ways on, and the viewer chooses.

import "../elements/picture.js";
import { attempt, change, errorText, go, html, icon, isUnfinished, nothing, repeat, seconds, state, t, videoOf } from "../core/view.js";
import { addWay, clipOf, editFilm, fieldsOf, firstNode, joinWay, makePart, newFilm, nodeOf, removeWay, scenes, setNode, wayTo, waysFrom } from "../core/film.js";
import { clipAddress } from "../media/addresses.js";
import { saveMade } from "../media/export.js";
import { choice, costText, iconButton, meter, seedField, sizeName, styleName, textField } from "./fields.js";
import { pickClip } from "./pick.js";
import { nameOf } from "./tile.js";

const SIZES = ["512x512", "1280x720", "720x1280"];
const SECONDS = [1, 2, 3, 4, 6, 8, 12];

state.filmEnded = false;
state.filmBusy = new Set();

function show(id) {
  if (id === state.filmAt) document.querySelector(".film-screen video")?.play(); // an ended one begins anew
  change({ filmAt: id, filmEnded: false });
}

const labelOf = (node) => node.label || node.prompt || t("branches.way");

// --- the player

const ready = (id) => waysFrom(id).filter(clipOf);

const againButton = () => html`<button @click=${() => show(firstNode().id)}>${icon("retry")} ${t("branches.again")}</button>`;

const choices = (node) => {
  const ways = ready(node.id);
  return html`
    <div class="film-choices" role="group" aria-label=${t("branches.choose")}>
      ${ways.map((way) => html`<button class="primary" @click=${() => show(way.id)}>${labelOf(way)}</button>`)}
      ${ways.length ? nothing : againButton()}
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
        ${againButton()}
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
  if (isUnfinished(video)) return meter(video.progress);
  return video.status === "failed" ? html`<p class="problem small">${errorText(video.error)}</p>` : nothing;
};

const makeButton = (node) => {
  const before = nodeOf(node.parent);
  const waits = before && !clipOf(before);
  const video = node.video && videoOf(node.video);
  const busy = state.filmBusy.has(node.id) || (video && isUnfinished(video));
  return html`<button ?disabled=${busy || waits || !node.prompt.trim()} title=${waits ? t("branches.waits") : node.prompt.trim() ? nothing : t("branches.sayWhat")} @click=${() => make(node.id)}>
    ${icon("create")} ${t(video ? "branches.remake" : "branches.make")}
  </button>`;
};

/** Another clip for a part; an empty part takes over its words. */
function takeClip(node, video) {
  const prompt = node.prompt || (video ? nameOf(videoOf(video)) : "");
  setNode(node.id, { video, prompt });
}

const fromLibrary = (node) =>
  pickClip({
    key: node.id,
    label: t("branches.orClip"),
    value: node.video,
    none: t("branches.none"),
    onChange: (video) => takeClip(node, video),
  });

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
              ? textField({ label: t("branches.label"), value: node.label, placeholder: t("branches.labelHint"), onInput: (label) => setNode(node.id, { label }) })
              : nothing}
            ${textField({ label: t("tools.prompt"), value: node.prompt, placeholder: t("branches.promptHint"), onInput: (prompt) => setNode(node.id, { prompt }) })}
            ${choice({ label: t("compose.seconds"), value: node.seconds, values: SECONDS, write: seconds, onChange: (value) => setNode(node.id, { seconds: Number(value) }) })}
            ${fromLibrary(node)}
          </div>
        </div>
        ${stateOf(node)}
        <div class="row">
          ${makeButton(node)} ${node.prompt.trim() ? costText("v1/videos", fieldsOf(node)) : nothing}
          <button class="quiet" @click=${() => addWay(node.id)}>${icon("branches")} ${t("branches.add")}</button>
          ${node.parent ? iconButton("trash", t("common.delete"), () => removeWay(node.id), "danger") : nothing}
        </div>
      </div>
      ${ways.length ? html`<ul class="branches">${repeat(ways, (way) => way.id, part)}</ul>` : nothing}
    </li>
  `;
};

const setFilm = (values) => editFilm((film) => Object.assign(film, values));

const setting = (name, values, write) =>
  choice({ label: t(`compose.${name}`), value: state.film[name] ?? "", values, write, onChange: (value) => setFilm({ [name]: value }) });

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
        <div class="board-fields">
          ${setting("size", SIZES, sizeName)} ${setting("style", ["", ...state.server.styles], styleName)}
          ${setting("model", ["", ...state.server.models], (name) => name || state.server.model || "…")}
          ${seedField(state.film.seed, (seed) => setFilm({ seed }))}
        </div>
        <ul class="branches">${part(firstNode())}</ul>
      </div>
      ${player()}
    </div>
  `,
};
