// One clip: the player, how it was made, its family, and what can be made from it.

import "../elements/player.js";
import "../elements/sheet.js";
import {
  change, copy, detailsOf, emptyDraft, errorText, go, html, icon, isFast, isUnfinished, label, link, nothing,
  readOne, remove, replaceDraft, requestOf, state, t, videoOf,
} from "../core/view.js";
import { clipAddress, contentPath } from "../media/addresses.js";
import { save, saveAs } from "../media/export.js";
import { codeOf, LANGUAGES } from "./code.js";
import { jobButton, loading, openBoardButton, tagForm } from "./fields.js";
import { family, recipe } from "./recipe.js";
import { isBoard, nameOf, statusText, tile } from "./tile.js";
import { tools } from "./tools.js";

const asked = new Set();

function find(id) {
  const video = videoOf(id);
  if (!video && id && !asked.has(id)) {
    asked.add(id);
    readOne(id).then(() => change({}), () => asked.delete(id));
  }
  return video;
}

// --- its tags

const tagList = (video) => html`
  <div class="row tags">
    ${(video.tags ?? []).map(
      (tag) => html`<span class="chip plain">${tag}
        <button class="quiet tag-remove" aria-label=${t("clip.removeTag", { tag })} @click=${() => label([video.id], { remove_tags: [tag] })}>${icon("close")}</button></span>`,
    )}
    ${tagForm((change) => label([video.id], change))}
  </div>
`;

// --- taking it away

const downloads = (video) => html`
  <section aria-labelledby="take">
    <h2 id="take">${t("clip.take")}</h2>
    <div class="row">
      <a class="button" href=${clipAddress(video, { download: true })} download>${icon("download")} MP4</a>
      ${["gif", "webp", "frames"].map(
        (kind) => html`<button ?disabled=${Boolean(state.saving)} @click=${() => saveAs(video, kind)}>
          ${state.saving === kind ? t("clip.converting") : t(`clip.as_${kind}`)}
        </button>`,
      )}
    </div>
  </section>
`;

let language = "curl";

const code = (video) => {
  const { recipe: made } = detailsOf(video.id);
  if (!made) return nothing;
  return html`
    <details class="code">
      <summary>${t("clip.code")}</summary>
      <div class="row" role="group" aria-label=${t("clip.code")}>
        ${Object.entries(LANGUAGES).map(
          ([name, text]) => html`<button aria-pressed=${language === name} @click=${() => {
            language = name;
            change({});
          }}>${text}</button>`,
        )}
        <button class="quiet" @click=${() => copy(codeOf(made, language))}>${t("clip.copy")}</button>
      </div>
      <pre tabindex="0" aria-label=${LANGUAGES[language]}><code>${codeOf(made, language)}</code></pre>
      <button class="quiet" @click=${() => save(new Blob([JSON.stringify(made, null, 2)], { type: "application/json" }), `${video.id}.json`)}>
        ${icon("download")} ${t("clip.recipe")}
      </button>
    </details>
  `;
};

// --- the page

/** The box gets what made the clip, and nothing that was in it before. */
function useRecipe(video) {
  const { loras = [], style = "", rewrite = true, loop = false } = requestOf(video);
  const shown = JSON.stringify(detailsOf(video.id).recipe?.body.characters ?? []);
  const characters = state.server.characters.flatMap(({ id }) => (shown.includes(id) ? id : [])); // others are gone
  const changes = {
    ...{ prompt: nameOf(video), size: video.size, seconds: String(video.seconds), seed: String(video.seed ?? "") },
    ...{ style: style === "none" ? "" : style, rewrite, loop, characters, fast: isFast(video.model, loras) },
    model: state.server.models.includes(video.model) ? video.model : "",
  };
  replaceDraft({ ...emptyDraft(), ...changes }, t("compose.replaced"));
  go("create");
}

async function removeClip(video) {
  if (await remove([video.id])) go("library");
}

const head = (video) => html`
  <h1 class="clip-prompt">${nameOf(video)}</h1>
  <div class="row">
    ${video.status === "completed"
      ? html`<button class="heart" aria-label=${t("library.mark")} title=${t("library.mark")} aria-pressed=${Boolean(video.favourite)}
          @click=${() => label([video.id], { favourite: !video.favourite })}>${icon("heart")}</button>`
      : nothing}
    ${isBoard(video) ? openBoardButton(video) : html`<button @click=${() => useRecipe(video)}>${icon("create")} ${t("clip.use")}</button>`}
    <button class="quiet danger" @click=${() => removeClip(video)}>${icon("trash")} ${t("common.delete")}</button>
  </div>
`;

const unfinished = (video) => html`
  <div class="clip-waiting">
    ${tile(video)}
    <div class="row">
      ${isUnfinished(video) ? nothing : html`<div class="problem" role="status"><b>${statusText(video)}.</b> ${errorText(video.error ?? {})}</div>`}
      ${jobButton(video)}
    </div>
  </div>
`;

export const clip = {
  title: ([id]) => (videoOf(id) ? nameOf(videoOf(id)) : t("shell.library")),
  draw: ([id], { tool = "" }) => {
    const video = find(id);
    if (!video) {
      return state.library.complete
        ? html`<p>${t("clip.missing")}</p><a class="button" href=${link("library")}>${t("shell.library")}</a>`
        : loading();
    }
    const isDone = video.url; // those without files have none
    return html`
      <a class="button quiet back" href=${link("library")}>${icon("back")} ${t("shell.library")}</a>
      <div class="clip-page">
        <div class="clip-main">
          ${isDone ? html`<so-player data-id=${video.id} .video=${video}></so-player>` : unfinished(video)}
          ${isDone ? tools(video, tool) : nothing}
        </div>
        <div class="clip-side">
          ${head(video)} ${recipe(video)} ${isDone ? tagList(video) : nothing}
          ${isDone ? html`<so-sheet .source=${`${contentPath(video, "spritesheet")}&download=0`} .label=${t("clip.sheet")} .alt=${t("clip.sheetAlt")}></so-sheet>` : nothing}
          ${isDone ? downloads(video) : nothing} ${code(video)} ${family(video)}
        </div>
      </div>
    `;
  },
};
