// One video as a tile: a clip, a job that is being made, or one that has failed. A tile keeps its
// size and its place when its job ends.

import "../elements/picture.js";
import "../elements/preview.js";
import { duration, html, icon, isUnfinished, link, live, nothing, percent, seconds, select, state, t } from "../core/view.js";
import { meter } from "./fields.js";

export function statusText(video) {
  if (video.cancel_requested && isUnfinished(video)) return t("jobs.cancelling");
  if (video.status === "failed") {
    return t(video.error?.code === "cancelled" ? "jobs.cancelled" : "jobs.failed");
  }
  if (video.status === "completed") return t("clip.gone"); // its files were kept for a while only
  if (video.status === "in_progress") return t("jobs.running", { n: video.progress });
  return video.queue_position ? t("jobs.position", { n: video.queue_position }) : t("jobs.queued");
}

export const timeLeft = (video) =>
  isUnfinished(video) && video.estimated_seconds !== undefined
    ? t("jobs.left", { time: duration(video.estimated_seconds) })
    : "";

/** What a video is called: its prompt, or for a storyboard, which has several, the first. */
export function nameOf(video) {
  const prompt = video.prompt ?? "";
  if (!prompt.startsWith("{")) return prompt || t("jobs.untitled");
  try {
    const cards = JSON.parse(prompt).card ?? [];
    return cards.map((card) => card.prompt).filter(Boolean).join(" → ") || t("jobs.untitled");
  } catch {
    return prompt;
  }
}

/** What is searched in. */
export const textOf = (video) => `${nameOf(video)} ${(video.tags ?? []).join(" ")}`.toLowerCase();

export const isBoard = (video) => video.kind === "storyboard";

export const lengthOf = (video) => video.duration ?? Number(video.seconds);

const picture = (video) => {
  if (video.url) return html`<so-picture plays .video=${video}></so-picture>`;
  if (!isUnfinished(video)) return html`<span class="tile-failed">${icon("warning")}</span>`;
  return html`<so-preview .video=${video}></so-preview>`;
};

export const tile = (video) => html`
  <a class="tile ${video.status}" href=${link("clip", [video.id])} data-id=${video.id}>
    <span class="hidden">${t("jobs.open", { prompt: nameOf(video) })}</span>
    ${picture(video)}
    ${video.url
      ? html`${video.score === undefined
            ? nothing
            : html`<span class="tile-length tile-score" title=${t("jobs.scoreHint")}>${t("jobs.score", { n: percent(video.score) })}</span>`}
          <span class="tile-length">${seconds(lengthOf(video), 1)}</span>
          ${video.favourite ? html`<span class="tile-heart">${icon("heart")}</span>` : nothing}`
      : html`<span class="tile-status"><span>${statusText(video)}</span><span>${timeLeft(video)}</span></span>`}
    ${isUnfinished(video) ? meter(video.progress) : nothing}
  </a>
`;

/** A tile that can be selected, with its prompt below. */
export const selectableTile = (video, { onSelect = select } = {}) => html`
  <div class="cell ${state.selection.has(video.id) ? "selected" : ""}">
    ${tile(video)}
    <label class="cell-check" title=${t("library.select")}>
      <input type="checkbox" aria-label=${t("library.selectOne", { prompt: nameOf(video) })}
        .checked=${live(state.selection.has(video.id))}
        @click=${(event) => onSelect(video.id, event.target.checked, event.shiftKey)} />
    </label>
    <p class="cell-name" title=${nameOf(video)}>${nameOf(video)}</p>
  </div>
`;
