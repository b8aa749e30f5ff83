// What can be made from a clip. Each tool is a form: what it shows, and the request that it sends.
// The words that are typed into a tool are kept until the page is closed, whatever happens beside it.

import "../elements/curve.js";
import "../elements/painter.js";
import "../elements/span.js";
import {
  attach, attempt, change, fastFor, fastOf, follow, forgetDetails, go, html, icon, isFast, learn, link, live, nothing, number, postJson, postOnce, readCharacters, remove, requestOf, seconds as inSeconds, t, toast, videoOf,
} from "../core/view.js";
import { isBoard, lengthOf, nameOf } from "./tile.js";
import { fastCheck } from "./fast_check.js";
import { costText, openBoardButton, seedField, textField } from "./fields.js";
import { pickClip } from "./pick.js";
import { NOT_MADE } from "./recipe.js";

const forms = new Map(); // what is in the tools, by clip and tool
let busy = false;
let problem = "";

const defaults = (video) => ({
  prompt: nameOf(video),
  seconds: 2,
  strength: 0.6,
  direction: "forward",
  span: [0, lengthOf(video)],
  other: "",
  curve: [0, 0.25, 0.5, 0.75, 1],
  name: "",
});

function formOf(video, tool) {
  const key = `${video.id} ${tool}`;
  if (!forms.has(key)) forms.set(key, { ...defaults(video), ...TOOLS[tool].start?.(video) });
  return forms.get(key);
}

const bound = (form) => (name) => (value) => {
  form[name] = value;
  change({});
};

// --- fields

const prompt = (form, set) => html`<label class="field"><span>${t("tools.prompt")}</span>
  <textarea rows="3" .value=${live(form.prompt)} @input=${(event) => set("prompt")(event.target.value)}></textarea></label>`;

const hint = (name) => html`<p class="muted small">${t(name)}</p>`;

const slider = (label, form, name, set, { min, max, step, text }) => html`<label class="field"><span>${label}: ${text(form[name])}</span>
  <input type="range" min=${min} max=${max} step=${step} .value=${live(String(form[name]))} aria-valuetext=${text(form[name])}
    @input=${(event) => set(name)(Number(event.target.value))} /></label>`;

const length = (label, form, set) =>
  slider(label, form, "seconds", set, { min: 1, max: 12, step: 0.5, text: (value) => inSeconds(value, 1) });

const strengthText = (value) => {
  const word = value < 0.45 ? "subtle" : value < 0.75 ? "mild" : "strong";
  return `${t(`tools.${word}`)} (${number(value * 100)} %)`;
};

const strength = (form, set) =>
  slider(t("tools.strength"), form, "strength", set, { min: 0.1, max: 1, step: 0.05, text: strengthText });

const directions = (label, values, form, set) => html`<fieldset class="choices"><legend>${t(label)}</legend>
  ${values.map(
    (each) => html`<button type="button" aria-pressed=${form.direction === each} @click=${() => set("direction")(each)}>${t(`tools.${each || "justCut"}`)}</button>`,
  )}</fieldset>`;

const WAYS = ["backward", "forward", "both"];

const span = (video, form, set) =>
  html`<so-span .video=${video} .value=${form.span} @change=${(event) => set("span")(event.detail)}></so-span>`;

const pickOther = (video, form, set) =>
  pickClip({
    key: "other",
    label: t("tools.other"),
    value: form.other,
    isOpen: true,
    isOffered: (each) => each.id !== video.id,
    onChange: set("other"),
  });

// --- requests

const ofVideo = (video) => ({ video: { id: video.id } });
const longerBody = (video, form) => ({ ...ofVideo(video), prompt: form.prompt, seconds: String(form.seconds) });
const changeBody = (video, form) => ({ ...ofVideo(video), prompt: form.prompt, strength: form.strength });
const rounded = (value) => Math.round(value * 100) / 100;

const spanFields = (video, [start, end]) => ({
  ...(start > 0.05 && { start: rounded(start) }),
  ...(end < lengthOf(video) - 0.05 && { end: rounded(end) }),
});

const SAMPLES = ["remix", "again", "extend", "loop", "blend", "retake"];
const wasFast = (video) =>
  NOT_MADE.includes(video.kind) ? fastOf(video.model)?.default : isFast(video.model, requestOf(video).loras);
const isNowFast = (video, form) => form.fast ?? wasFast(video);

/** Whether a tool's clip is made in few steps: as its parent, until somebody says otherwise. */
const fastChoice = (video, tool, form, set) =>
  SAMPLES.includes(tool) ? fastCheck(video.model, isNowFast(video, form), set("fast")) : nothing;

// What is made again as it is repeats its own request; a storyboard's prompt is all its cards.
const isNamed = (video, form) => form.prompt === nameOf(video);
const isSame = (video, form) =>
  isNamed(video, form) && !form.seed && isNowFast(video, form) === wasFast(video) && !NOT_MADE.includes(video.kind);

function sampling(video, tool, form) {
  if (!SAMPLES.includes(tool) || (tool === "again" && isSame(video, form))) return {};
  return { fast: tool === "again" ? form.fast : fastFor(video.model, isNowFast(video, form)) };
}

const remixBody = (video, form) => ({
  prompt: isNamed(video, form) ? video.prompt : form.prompt,
  ...(form.seed && { seed: Number(form.seed) }),
});

const painter = () => document.querySelector("so-painter");

const TOOLS = {
  remix: {
    icon: "remix",
    draw: (video, form, set) => [prompt(form, set), strength(form, set)],
    path: () => "v1/videos/edits",
    body: changeBody,
  },
  again: {
    icon: "dice",
    start: () => ({ seed: "" }),
    draw: (video, form, set) => [
      hint(isBoard(video) ? "tools.againBoard" : "tools.againText"),
      isBoard(video) ? html`<div class="row">${openBoardButton(video)}</div>` : prompt(form, set),
      seedField(form.seed, set("seed"), String(video.seed ?? t("compose.seedRandom"))),
    ],
    path: (video, form) => `v1/videos/${video.id}/${isSame(video, form) ? "retry" : "remix"}`,
    body: (video, form) => (isSame(video, form) ? {} : remixBody(video, form)),
    asked: (video, form) => ["v1/videos", { ...remixBody(video, form), remixed_from_video_id: video.id }],
  },
  extend: {
    icon: "extend",
    draw: (video, form, set) => [directions("tools.direction", WAYS, form, set), length(t("tools.add"), form, set), prompt(form, set)],
    path: () => "v1/videos/extensions",
    body: (video, form) => ({ ...longerBody(video, form), direction: form.direction }),
  },
  recut: {
    icon: "cut",
    start: () => ({ direction: "" }),
    draw: (video, form, set) => [
      hint("tools.recutText"),
      span(video, form, set),
      directions("tools.then", ["", ...WAYS], form, set),
      form.direction ? [length(t("tools.add"), form, set), prompt(form, set)] : nothing,
    ],
    isReady: (form, video) => Boolean(form.direction || Object.keys(spanFields(video, form.span)).length),
    missing: () => t("tools.cutNothing"),
    path: (video, form) => `v1/videos/${form.direction ? "extensions" : "cuts"}`,
    body: (video, form) =>
      form.direction
        ? { ...TOOLS.extend.body(video, form), ...spanFields(video, form.span) }
        : { parts: [{ id: video.id, ...spanFields(video, form.span) }] },
  },
  loop: {
    icon: "loop",
    draw: (video, form, set) => [length(t("tools.bridge"), form, set), prompt(form, set)],
    path: () => "v1/videos/loops",
    body: longerBody,
  },
  blend: {
    icon: "blend",
    draw: (video, form, set) => [
      pickOther(video, form, set),
      html`<div class="field"><span>${t("tools.curve")}</span>
        <so-curve .value=${form.curve} @change=${(event) => set("curve")(event.detail)}></so-curve>
        <span class="curve-ends small muted"><span>${t("tools.thisClip")}</span><span>${t("tools.thatClip")}</span></span></div>`,
      length(t("tools.bridge"), form, set),
    ],
    isReady: (form) => Boolean(videoOf(form.other)),
    missing: () => t("tools.chooseOther"),
    path: () => "v1/videos/connections",
    body: (video, form) => {
      const next = videoOf(form.other);
      const ends = { start_prompt: nameOf(video), end_prompt: nameOf(next), curve: form.curve.map(rounded) };
      return { ...longerBody(video, form), next_video: { id: next.id }, prompt: nameOf(next), ...ends };
    },
  },
  region: {
    icon: "region",
    start: () => ({ strength: 0.85 }),
    draw: (video, form, set) => [
      hint("tools.regionText"),
      html`<so-painter .picture=${pictureFor(video)}></so-painter>`,
      prompt(form, set),
      strength(form, set),
    ],
    path: () => "v1/videos/edits",
    body: changeBody, // what it costs: the mask does not count
    send: sendRegion,
  },
  retake: {
    icon: "retake",
    start: (video) => ({ span: [lengthOf(video) / 2, lengthOf(video)], strength: 1 }),
    draw: (video, form, set) => [hint("tools.retakeText"), span(video, form, set), prompt(form, set), strength(form, set)],
    path: () => "v1/videos/edits",
    body: (video, form) => ({ ...changeBody(video, form), ...spanFields(video, form.span) }),
  },
  character: {
    icon: "character",
    draw: (video, form, set) => [
      hint("tools.characterText"),
      textField({ label: t("tools.name"), value: form.name, most: 80, onInput: set("name") }),
    ],
    isReady: (form) => form.name.trim() !== "",
    missing: () => t("tools.nameMissing"),
    send: sendCharacter,
  },
};

const HAS_PICTURE = 2; // HTMLMediaElement.HAVE_CURRENT_DATA
const pictures = new Map(); // of the player, for the painter, by clip

function pictureFor(video) {
  if (!pictures.has(video.id)) takePicture(video);
  return pictures.get(video.id);
}

/** Takes the picture that the player shows, as soon as it shows one. */
function takePicture(video) {
  const player = document.querySelector("so-player");
  if (!(player?.media?.readyState >= HAS_PICTURE)) {
    setTimeout(() => change({}), 200);
    return;
  }
  player.media.pause();
  pictures.set(video.id, player.snapshot());
}

async function sendRegion(video, form) {
  const mask = await painter().mask();
  if (!mask) throw new Error(t("tools.paintFirst"));
  const body = new FormData();
  for (const [name, value] of Object.entries(changeBody(video, form))) body.append(name, value.id ? JSON.stringify(value) : value);
  body.append("mask", mask, "mask.png");
  return postJson("v1/videos/edits", body);
}

async function sendCharacter(video, form) {
  await postJson("v1/videos/characters", { name: form.name.trim(), ...ofVideo(video) });
  await readCharacters();
  toast(t("tools.characterKept", { name: form.name.trim() }));
  forms.delete(`${video.id} character`);
  go("clip", [video.id]);
  return null;
}

const requestOfTool = (video, tool, form) => {
  const config = TOOLS[tool];
  return [config.path(video, form), { ...config.body(video, form), ...sampling(video, tool, form) }];
};

/** What the clip of a form would take, where the server can say so before. */
function cost(video, tool, form) {
  const { asked, body, isReady } = TOOLS[tool];
  if (!body || (isReady && !isReady(form, video))) return nothing;
  const [path, fields] = asked?.(video, form) ?? requestOfTool(video, tool, form);
  return path.endsWith("cuts") ? nothing : costText(path, { ...fields, ...sampling(video, tool, form) });
}

async function submit(event, video, tool) {
  event.preventDefault();
  const [config, form] = [TOOLS[tool], formOf(video, tool)];
  if (busy) return;
  problem = config.isReady && !config.isReady(form, video) ? config.missing() : "";
  if (problem) return change({});
  busy = true;
  change({});
  try {
    const made = config.send
      ? await config.send(video, form)
      : await postOnce(...requestOfTool(video, tool, form));
    if (made) started(video, tool, made);
  } catch (error) {
    problem = error.message;
  }
  busy = false;
  return change({});
}

/** Says that the clip is being made; "Undo" stops it and brings the tool back as it was. */
function started(video, tool, made) {
  const before = { ...formOf(video, tool) };
  learn([made]);
  follow();
  [video.id, made.id].forEach(forgetDetails);
  pictures.delete(video.id);
  go("clip", [made.id]);
  const undo = () => {
    remove([made.id]);
    forms.set(`${video.id} ${tool}`, before);
    go("clip", [video.id], { tool });
  };
  toast(t(`tools.${made.status === "completed" ? "done" : "started"}`, { tool: t(`tools.${tool}`) }), { action: { label: t("common.undo"), run: undo } });
}

/** The picture that the player shows becomes the first one of the next clip. */
const frameAsStart = () =>
  attempt(async () => {
    const canvas = document.querySelector("so-player").snapshot();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    await attach(new File([blob], t("tools.frameName"), { type: "image/png" }), "first");
    go("create");
    toast(t("compose.frameUsed"));
  });

/** A tool is opened: its form comes into view. */
function opened() {
  problem = "";
  setTimeout(() => document.querySelector(".tool-form")?.scrollIntoView({ block: "nearest", behavior: "smooth" }), 100);
}

/** The buttons of all tools, and the form of the one that the address names. */
export const tools = (video, tool) => html`
  <section class="tools" aria-label=${t("tools.title")}>
    <div class="tool-buttons">
      ${Object.entries(TOOLS).map(
        ([name, each]) => html`<a class="button tool" href=${link("clip", [video.id], name === tool ? {} : { tool: name })}
          aria-current=${name === tool ? "true" : "false"} @click=${opened}>${icon(each.icon)} ${t(`tools.${name}`)}</a>`,
      )}
      <button class="tool" @click=${frameAsStart}>${icon("frame")} ${t("tools.frame")}</button>
    </div>
    ${TOOLS[tool] ? toolForm(video, tool) : nothing}
  </section>
`;

const toolForm = (video, tool) => {
  const form = formOf(video, tool);
  const set = bound(form);
  return html`
    <form class="card tool-form" @submit=${(event) => submit(event, video, tool)} novalidate>
      <h2>${t(`tools.${tool}`)}</h2>
      ${TOOLS[tool].draw(video, form, set)} ${fastChoice(video, tool, form, set)}
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <div class="row end">
        ${cost(video, tool, form)}
        <a class="button quiet" href=${link("clip", [video.id])}>${t("common.cancel")}</a>
        <button class="primary" ?disabled=${busy}>${t(tool === "character" ? "tools.keep" : "compose.create")}</button>
      </div>
    </form>
  `;
};

