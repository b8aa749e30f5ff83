// What has been deleted during the last day, and how to get it back.

import "../elements/picture.js";
import { ago, attempt, change, comeBack, follow, html, link, nothing, postJson, readList, repeat, state, t } from "../core/view.js";
import { loading } from "./fields.js";
import { line } from "./queue.js";

const FRESH = 5000; // milliseconds after which it is read again
const MOST = 1000; // that are restored at once

state.trash = null;
let readAt = 0;

async function read() {
  if (Date.now() - readAt < FRESH) return;
  readAt = Date.now();
  const list = await readList("videos?trashed=true&").catch(() => null); // api.js has noted it
  if (list) change({ trash: list });
}

const restore = (videos) =>
  attempt(async () => {
    const ids = videos.map((video) => video.id);
    comeBack((await postJson("v1/videos/restore", { ids })).data);
    change({ trash: state.trash.filter((video) => !ids.includes(video.id)) });
    follow();
  });

const row = (video) =>
  line(video, {
    picture: html`<span class="job-picture">${video.status === "completed" ? html`<so-picture .video=${video}></so-picture>` : nothing}</span>`,
    facts: [t("library.deletedAt", { time: ago(video.trashed_at, state.now) })],
    actions: html`<button @click=${() => restore([video])}>${t("library.restore")}</button>`,
  });

export const trash = {
  title: () => t("library.trash"),
  draw: () => {
    read();
    const list = state.trash;
    return html`
      <div class="view-head">
        <h1>${t("library.trash")}</h1>
        ${list?.length > 1 ? html`<button @click=${() => restore(list.slice(0, MOST))}>${t("library.restoreAll")}</button>` : nothing}
      </div>
      <p class="muted">${t("library.trashText")}</p>
      ${list
        ? html`<ul class="jobs">${repeat(list, (video) => video.id, row)}</ul>${list.length ? nothing : html`<p>${t("library.trashEmpty")}</p>`}`
        : loading()}
      <div><a class="button" href=${link("library")}>${t("shell.library")}</a></div>
    `;
  },
};
