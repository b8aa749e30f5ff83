// How a clip was made: all that its request says, the files that it was given, and its family.

import "../elements/sheet.js";
import {
  ago, detailsOf, duration, fastOf, html, icon, isFast, link, notesOf, nothing, number, percent, requestOf, seconds,
  state, t, videoOf,
} from "../core/view.js";
import { saveInput } from "../media/export.js";
import { fastName } from "./fast_check.js";
import { sizeName, styleName } from "./fields.js";
import { lengthOf, nameOf, tile } from "./tile.js";

/** "92 %: colour 98 %, motion 0 %" */
const scoreText = ({ score, score_parts: parts }) =>
  html`${percent(score)} %<span class="small muted score-parts">${Object.entries(parts)
    .map(([name, share]) => `${t(`clip.part_${name}`)} ${percent(share)} %`)
    .join(", ")}</span>`;

/** "Fast (4 steps), paper:0.5" */
function samplingOf({ id, model }) {
  const { loras = [], steps } = requestOf({ id });
  return loras.map((each) => (isFast(model, [each]) ? fastName(steps ?? fastOf(model).steps) : each)).join(", ");
}

/** "tabletop (sora-2)": the model that made it, and the name that was asked for. */
const modelOf = ({ model }, name) => (!name || name === model ? model : `${name} (${model})`);

const spanOf = ({ start, end }) => (start || end ? `${seconds(start ?? 0)} – ${end ? seconds(end) : t("clip.toEnd")}` : "");

const strengthOf = ({ strength }) =>
  [strength ?? []].flat().map((each) => `${number(each * 100)} %`).join(", ");

const charactersOf = ({ characters = [] }) =>
  characters.map(({ id }) => state.server.characters.find((each) => each.id === id)?.name ?? t("clip.gone")).join(", ");

export const NOT_MADE = ["import", "cut"]; // kinds whose request says only how they would be changed

/** What the request says beyond the Video object, as pairs of a name and a value, which may be "" or missing. */
function settingsOf(video) {
  const { recipe } = detailsOf(video.id);
  const { kind, body = {}, imported_from: origin } = recipe ?? {};
  const request = NOT_MADE.includes(kind) ? {} : requestOf(video);
  const isBridge = ["loop", "connect"].includes(video.kind);
  return [
    ["clip.sampling", samplingOf(video)],
    ["clip.steps", request.steps],
    ["clip.guidance", request.guidance],
    ["clip.quality", request.quality === "draft" ? t("clip.draft") : ""],
    ["compose.style", request.style && request.style !== "none" ? styleName(request.style) : ""],
    ["clip.negative", request.negative],
    ["tools.strength", strengthOf(request)],
    ["clip.region", request.region],
    ["clip.span", spanOf(request)],
    ["tools.backward", request.backward ? seconds(request.backward) : ""],
    ["tools.forward", request.forward ? seconds(request.forward) : ""],
    ["tools.bridge", isBridge ? seconds(request.seconds ?? 2) : ""],
    ["clip.curve", request.curve?.length ? request.curve.map((each) => number(each, 2)).join(" · ") : ""],
    ["compose.characters", charactersOf(body)],
    ["clip.options", [request.loop && "compose.loop", request.rewrite === false && "compose.asWritten"].filter(Boolean).map((each) => t(each)).join(", ")],
    ["clip.file", origin?.file],
  ];
}

const entry = (name, value) => ((value ?? "") === "" ? nothing : html`<div><dt>${t(name)}</dt><dd>${value}</dd></div>`);

export const recipe = (video) => html`
  <dl class="recipe">
    ${entry("compose.size", sizeName(video.size))}
    ${entry("clip.length", seconds(lengthOf(video)))}
    ${entry("compose.seed", video.seed === null ? "" : html`<span class="mono">${video.seed}</span>`)}
    ${entry("compose.model", !video.model ? "" : modelOf(video, detailsOf(video.id).recipe?.model_name))}
    ${entry("library.kind", video.kind ? t(`library.kind_${video.kind}`) : "")}
    ${settingsOf(video).map(([name, value]) => entry(name, value))}
    ${entry("clip.took", video.processing_seconds ? duration(video.processing_seconds) : "")}
    ${entry("clip.score", video.score === undefined ? "" : scoreText(video))}
    ${entry("clip.made", ago(video.created_at, state.now))}
  </dl>
  ${notesOf(video).map((note) => html`<p class="small muted">${note}</p>`)}
  ${inputs(video)}
`;

// --- given files

const FIELDS = { input_reference: "compose.role_first", last_frame: "compose.role_last", reference_images: "compose.role_look", mask: "clip.region" };

/** What a given file is for: "First picture of the clip", "Card 2". */
function purposeOf(field) {
  const [, name, place] = /(\w+)(?:\[(\d+)\])?/.exec(field);
  const card = /card\[(\d+)\]/.exec(field);
  if (card) return t("storyboard.card", { n: Number(card[1]) + 1 });
  if (name === "conditions") return t("clip.keyframe", { n: Number(place) + 1 });
  return t(FIELDS[name] ?? "storyboard.clip");
}

function input(video, { number: place, field, video_id: source }) {
  const text = purposeOf(field);
  if (source) {
    const known = videoOf(source);
    return known ? html`<a href=${link("clip", [source])}>${text}: ${nameOf(known)}</a>` : html`<span class="muted">${text}: ${t("clip.gone")}</span>`;
  }
  if (/video$|clip$/.test(field)) {
    return html`<button class="quiet" @click=${() => saveInput(video, place)}>${icon("download")} ${text}</button>`;
  }
  return html`<figure><so-sheet .source=${`v1/videos/${video.id}/inputs/${place}`} .label=${text} .alt=${text}></so-sheet>
    <figcaption class="small muted">${text}</figcaption></figure>`;
}

const inputs = (video) => {
  const given = video.kind === "import" ? [] : (detailsOf(video.id).recipe?.inputs ?? []).filter((each) => !each.character_id); // these have names
  if (!given.length) return nothing;
  return html`<div class="given" role="group" aria-label=${t("clip.given")}>
    <p class="small muted">${t("clip.given")}</p>
    <div class="family-row">${given.map((each) => input(video, each))}</div>
  </div>`;
};

// --- its family

/** "Extended": how the younger of two relatives was made from the elder. */
const relationName = (relation) =>
  [`library.kind_${relation}`, `tools.${relation}`, `storyboard.${relation}`].map((name) => t(name)).find((text) => !text.includes(".")) ?? relation;

/** Relatives up or down from a video: by generation, from 1 on, lists of `{id, relation}`. */
function generations(id, next) {
  const [found, seen] = [[], new Set([id])];
  for (let ids = [id]; ids.length; ) {
    const generation = ids.flatMap(next).filter((each) => !seen.has(each.id) && seen.add(each.id));
    if (generation.length) found.push(generation);
    ids = generation.map((each) => each.id);
  }
  return found;
}

const relative = ({ id, relation }) => html`<div class="relative">
  ${videoOf(id) ? tile(videoOf(id)) : html`<span class="tile gone small muted">${t("clip.gone")}</span>`}
  ${relation ? html`<span class="small muted">${relationName(relation)}</span>` : nothing}
</div>`;

const row = (name, list) =>
  list.length ? html`<div><p class="small muted">${name}</p><div class="family-row">${list.map(relative)}</div></div>` : nothing;

export const family = (video) => {
  const all = detailsOf(video.id).lineage?.family ?? [];
  const parentsOf = new Map(all.map(({ id, parents }) => [id, parents]));
  const childrenOf = (id) =>
    all.flatMap((each) => each.parents.filter((parent) => parent.id === id).map(({ relation }) => ({ id: each.id, relation })));
  const before = generations(video.id, (id) => parentsOf.get(id) ?? []);
  const after = generations(video.id, childrenOf);
  const near = new Set([video.id, ...[...before, ...after].flat().map(({ id }) => id)]);
  const others = all.filter(({ id }) => !near.has(id)).map(({ id, parents }) => ({ id, relation: parents[0]?.relation }));
  if (near.size + others.length === 1) return nothing;
  const named = (name, further) => (list, at) => row(at ? t(further, { n: at + 1 }) : t(name), list);
  return html`
    <section class="family" aria-labelledby="family">
      <h2 id="family">${t("clip.family")}</h2>
      <div class="family-tree">
        ${before.map(named("clip.parents", "clip.before"))} ${after.map(named("clip.children", "clip.after"))} ${row(t("clip.others"), others)}
      </div>
    </section>
  `;
};
