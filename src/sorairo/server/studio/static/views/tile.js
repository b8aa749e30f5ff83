// One video as a tile: a clip, a job that is being made, or one that has failed. A tile keeps its
// size and its place when its job ends.

import "../elements/picture.js";
import "../elements/preview.js";
import { duration, seconds } from "../core/format.js";
import { t } from "../core/i18n.js";
import { icon } from "../core/icons.js";
import { isUnfinished } from "../core/library.js";
import { html, nothing } from "../core/lit.js";
import { link } from "../core/router.js";

export function statusText(video) {
  if (video.cancel_requested) return t("jobs.cancelling");
  if (video.status === "failed") {
    return t(video.error?.code === "cancelled" ? "jobs.cancelled" : "jobs.failed");
  }
  if (video.status === "in_progress") return t("jobs.running", { n: video.progress });
  return video.queue_position ? t("jobs.position", { n: video.queue_position }) : t("jobs.queued");
}

export const timeLeft = (video) =>
  isUnfinished(video) && video.estimated_seconds !== undefined
    ? t("jobs.left", { time: duration(video.estimated_seconds) })
    : "";

const picture = (video) => {
  if (video.status === "completed") return html`<so-picture .video=${video}></so-picture>`;
  if (video.status === "failed") return html`<span class="tile-failed">${icon("warning")}</span>`;
  return html`<so-preview .video=${video}></so-preview>`;
};

export const tile = (video) => html`
  <a class="tile ${video.status}" href=${link("clip", [video.id])} data-id=${video.id} aria-label=${t("jobs.open", { prompt: video.prompt })}>
    ${picture(video)}
    ${video.status === "completed"
      ? html`<span class="tile-length">${seconds(video.duration ?? Number(video.seconds), 1)}</span>`
      : html`<span class="tile-status"><span>${statusText(video)}</span><span>${timeLeft(video)}</span></span>`}
    ${isUnfinished(video)
      ? html`<progress max="100" .value=${video.progress} aria-label=${t("jobs.progress")}></progress>`
      : nothing}
  </a>
`;
