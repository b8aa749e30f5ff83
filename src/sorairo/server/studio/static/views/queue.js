// The queue: what is being made, what waits, and what has failed lately.

import "../elements/preview.js";
import {
  ago, change, duration, errorText, html, icon, isUnfinished, link, nothing, remove, repeat, seconds, state, t, videos,
} from "../core/view.js";
import { iconButton, jobButton, meter, sizeName } from "./fields.js";
import { nameOf, statusText, timeLeft } from "./tile.js";

const MOST_ENDED = 20; // until all are asked for

/** A video as a line of a list: its picture, what is said about it, and what can be done with it. */
export const line = (video, { picture, facts, news = nothing, actions }) => html`
  <li class="job ${video.status}">
    ${picture}
    <div class="job-text">
      <p class="job-name">${nameOf(video)}</p>
      <p class="muted small">${[sizeName(video.size), seconds(Number(video.seconds)), ...facts].join(" · ")}</p>
      ${news}
    </div>
    <div class="job-actions">${actions}</div>
  </li>
`;

const row = (video) =>
  line(video, {
    picture: html`<a class="job-picture" href=${link("clip", [video.id])} aria-label=${t("jobs.open", { prompt: nameOf(video) })}>
      ${isUnfinished(video) ? html`<so-preview .video=${video}></so-preview>` : icon("warning")}
    </a>`,
    facts: [`${t("compose.seed")} ${video.seed}`, ago(video.created_at, state.now)],
    news: isUnfinished(video)
      ? html`<p class="small job-state"><span>${statusText(video)}</span><span class="muted">${timeLeft(video)}</span></p>
          ${meter(video.progress)}`
      : html`<p class="small"><b>${statusText(video)}.</b> ${video.error?.code === "cancelled" ? nothing : errorText(video.error)}</p>`,
    actions: html`${jobButton(video)} ${isUnfinished(video) ? nothing : iconButton("trash", t("common.delete"), () => remove([video.id]))}`,
  });

/** In the order in which they are worked on. */
const waiting = (list) =>
  list.filter(isUnfinished).sort((a, b) => (a.queue_position ?? 0) - (b.queue_position ?? 0) || a.created_at - b.created_at);

export const queue = {
  title: () => t("shell.queue"),
  draw: () => {
    const list = videos();
    const jobs = waiting(list);
    const failed = list.filter((video) => video.status === "failed");
    const ended = failed.slice(0, state.allEnded ? failed.length : MOST_ENDED);
    const last = Math.max(0, ...jobs.map((video) => video.estimated_seconds ?? 0));
    return html`
      <div class="view-head">
        <h1>${t("shell.queue")}</h1>
        ${jobs.length && last ? html`<p class="muted">${t("jobs.allDone", { time: duration(last) })}</p>` : nothing}
      </div>
      ${jobs.length
        ? html`<ul class="jobs">${repeat(jobs, (video) => video.id, row)}</ul>`
        : html`<div class="empty"><h2>${t("jobs.none")}</h2><a class="button primary" href=${link("create")}>${icon("create")} ${t("shell.create")}</a></div>`}
      ${failed.length
        ? html`<h2>${t("jobs.ended")}</h2><ul class="jobs">${repeat(ended, (video) => video.id, row)}</ul>
            ${failed.length > ended.length ? html`<button @click=${() => change({ allEnded: true })}>${t("jobs.allEnded", { n: failed.length })}</button>` : nothing}`
        : nothing}
    `;
  },
};
