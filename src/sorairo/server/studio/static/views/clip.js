// One clip: the player and how it was made.

import { ago, seconds } from "../core/format.js";
import { t } from "../core/i18n.js";
import { icon } from "../core/icons.js";
import { readOne, videoOf } from "../core/library.js";
import { html } from "../core/lit.js";
import { clipAddress } from "../core/media.js";
import { link } from "../core/router.js";
import { state } from "../core/state.js";
import { tile } from "./tile.js";

const asked = new Set();

function find(id) {
  const video = videoOf(id);
  if (!video && id && !asked.has(id)) {
    asked.add(id);
    readOne(id).catch(() => asked.delete(id));
  }
  return video;
}

const entry = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const recipe = (video) => html`
  <dl class="recipe">
    ${entry(t("clip.size"), video.size.replace("x", " × "))}
    ${entry(t("clip.length"), seconds(video.duration ?? Number(video.seconds)))}
    ${entry(t("clip.seed"), video.seed)} ${entry(t("clip.model"), video.model)}
    ${entry(t("clip.made"), ago(video.created_at, state.now))}
  </dl>
`;

const player = (video) =>
  video.status === "completed"
    ? html`<video class="player" src=${clipAddress(video)} controls loop muted autoplay playsinline></video>`
    : html`<div class="player-waiting">${tile(video)}</div>`;

export const clip = {
  title: ([id]) => videoOf(id)?.prompt ?? t("shell.library"),
  draw: ([id]) => {
    const video = find(id);
    if (!video) {
      return html`<p class="muted">${t(state.library.complete ? "clip.missing" : "clip.loading")}</p>`;
    }
    return html`
      <a class="button quiet" href=${link("create")}>${icon("back")} ${t("clip.back")}</a>
      <div class="clip-page">
        <div>${player(video)}</div>
        <div>
          <h1 class="clip-prompt">${video.prompt}</h1>
          ${recipe(video)}
        </div>
      </div>
    `;
  },
};
