// One clip: the player, how it was made, its family, and what can be made from it.

import "../elements/player.js";
import "../elements/sheet.js";
import { cancel, copy, label, remove, retry } from "../core/actions.js";
import { detailsOf, requestOf } from "../core/details.js";
import { replaceDraft } from "../core/draft.js";
import { isUnfinished, readOne, videoOf } from "../core/library.js";
import { errorText, notesOf } from "../core/said.js";
import { fastOf, isFast } from "../core/server.js";
import { ago, change, duration, go, html, icon, link, nothing, percent, seconds, state, t } from "../core/view.js";
import { clipAddress } from "../media/addresses.js";
import { save, saveAs } from "../media/export.js";
import { codeOf, LANGUAGES } from "./code.js";
import { loading, sizeName } from "./fields.js";
import { lengthOf, nameOf, statusText, tile } from "./tile.js";
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

// --- how it was made

const entry = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** "92 %: colour 98 %, motion 0 %" */
const scoreText = ({ score, score_parts: parts }) =>
  html`${percent(score)} %<span class="small muted score-parts">${Object.entries(parts)
    .map(([name, share]) => `${t(`clip.part_${name}`)} ${percent(share)} %`)
    .join(", ")}</span>`;

/** "Fast (4 steps), paper:0.5" */
function samplingOf(video) {
  const { loras = [], steps } = requestOf(video);
  const fast = fastOf(video.model);
  const shown = loras.map((each) =>
    !isFast(video.model, [each]) ? each : (steps ?? fast.steps) ? t("compose.fastSteps", { n: steps ?? fast.steps }) : t("compose.fast"),
  );
  return shown.join(", ");
}

const recipe = (video) => html`
  <dl class="recipe">
    ${entry(t("compose.size"), sizeName(video.size))}
    ${entry(t("clip.length"), seconds(lengthOf(video)))}
    ${entry(t("compose.seed"), html`<span class="mono">${video.seed}</span>`)}
    ${entry(t("compose.model"), video.model)}
    ${samplingOf(video) ? entry(t("clip.sampling"), samplingOf(video)) : nothing}
    ${video.kind ? entry(t("library.kind"), t(`library.kind_${video.kind}`)) : nothing}
    ${video.processing_seconds ? entry(t("clip.took"), duration(video.processing_seconds)) : nothing}
    ${video.score === undefined ? nothing : entry(t("clip.score"), scoreText(video))}
    ${entry(t("clip.made"), ago(video.created_at, state.now))}
  </dl>
  ${notesOf(video).map((note) => html`<p class="small muted">${note}</p>`)}
`;

const tagList = (video) => html`
  <div class="row tags">
    ${(video.tags ?? []).map(
      (tag) => html`<span class="chip plain">${tag}
        <button class="quiet tag-remove" aria-label=${t("clip.removeTag", { tag })} @click=${() => label([video.id], { remove_tags: [tag] })}>${icon("close")}</button></span>`,
    )}
    <form class="joined" @submit=${(event) => {
      event.preventDefault();
      const field = event.target.elements.tag;
      if (field.value.trim()) label([video.id], { add_tags: [field.value.trim()] });
      field.value = "";
    }}><input name="tag" size="10" maxlength="64" placeholder=${t("library.addTag")} aria-label=${t("library.addTag")} /></form>
  </div>
`;

const family = (video) => {
  const { lineage } = detailsOf(video.id);
  const shown = (relations) => (relations ?? []).map(({ id }) => videoOf(id)).filter(Boolean);
  const [parents, children] = [shown(lineage?.parents), shown(lineage?.children)];
  const near = new Set([video, ...parents, ...children]);
  const others = shown(lineage?.family).filter((each) => !near.has(each));
  const row = (name, list) =>
    list.length ? html`<div><p class="small muted">${t(`clip.${name}`)}</p><div class="family-row">${list.map(tile)}</div></div>` : nothing;
  if (near.size === 1) return nothing;
  return html`
    <section class="family" aria-labelledby="family">
      <h2 id="family">${t("clip.family")}</h2>
      <div class="family-tree">${row("parents", parents)} ${row("children", children)} ${row("others", others)}</div>
    </section>
  `;
};

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

function useRecipe(video) {
  const fast = isFast(video.model, requestOf(video).loras);
  const model = fast && state.server.models.includes(video.model) ? { model: video.model } : {};
  const changes = { fast, ...model, prompt: nameOf(video), size: video.size, seconds: String(video.seconds), seed: String(video.seed), source: null };
  replaceDraft(changes, t("compose.replaced"));
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
    <button @click=${() => useRecipe(video)}>${icon("create")} ${t("clip.use")}</button>
    <button class="quiet danger" @click=${() => removeClip(video)}>${icon("trash")} ${t("common.delete")}</button>
  </div>
`;

const unfinished = (video) => html`
  <div class="clip-waiting">
    ${tile(video)}
    <div class="row">
      ${isUnfinished(video)
        ? html`<button ?disabled=${Boolean(video.cancel_requested)} @click=${() => cancel(video.id)}>${t("common.cancel")}</button>`
        : html`<div class="problem" role="status"><b>${statusText(video)}.</b> ${errorText(video.error)}</div>
            <button @click=${() => retry(video)}>${icon("retry")} ${t("common.retry")}</button>`}
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
    const isDone = video.status === "completed";
    return html`
      <a class="button quiet back" href=${link("library")}>${icon("back")} ${t("shell.library")}</a>
      <div class="clip-page">
        <div class="clip-main">
          ${isDone ? html`<so-player data-id=${video.id} .video=${video}></so-player>` : unfinished(video)}
          ${isDone ? tools(video, tool) : nothing}
        </div>
        <div class="clip-side">
          ${head(video)} ${recipe(video)} ${isDone ? tagList(video) : nothing}
          ${isDone ? html`<so-sheet .video=${video}></so-sheet>` : nothing}
          ${isDone ? downloads(video) : nothing} ${family(video)} ${code(video)}
        </div>
      </div>
    `;
  },
};
