// The compose box: a prompt, perhaps a picture or a clip, and how the clip is made from it.

import {
  allowNotifications, attach, change, currentLanguage, drawAgain, duration, edit, follow, go, html, icon,
  keptCharacters, learn, notesOf, nothing, postOnce, replaceDraft, request, seconds as inSeconds,
  state, t,
} from "../core/view.js";
import { fastCheck } from "./fast_check.js";
import { checkField, choice, iconButton, seedField, styleName } from "./fields.js";
import { promptField, unknownWords } from "./prompt_field.js";

const SIZES = ["1280x720", "720x1280", "1024x1024", "512x512", "512x288", "288x512"];
const SECONDS = ["2", "4", "8", "12", "20", "30", "60"];
const [MOST_VARIATIONS, MOST_CHARACTERS] = [8, 2];

const box = { sending: false, uploading: false, dropping: false, problem: "" };

const set = (changes) => {
  Object.assign(box, changes);
  change({});
};

export async function submit(event) {
  event?.preventDefault();
  if (box.sending || box.uploading) return;
  if (!state.draft.prompt.trim()) {
    set({ problem: t("compose.empty") });
    document.querySelector(".compose textarea").focus();
    return;
  }
  set({ sending: true, problem: "" });
  allowNotifications();
  try {
    const { path, body } = request();
    learn([await postOnce(path, body)]);
    follow();
    drawAgain();
    set({ sending: false });
  } catch (error) {
    set({ sending: false, problem: error.message });
  }
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
}

async function take(files) {
  const file = [...files].find((each) => /^(image|video)\//.test(each.type));
  if (!file) {
    if (files.length) set({ problem: t("compose.wrongFile") });
    return;
  }
  set({ uploading: true, problem: "" });
  try {
    await attach(file);
    set({ uploading: false });
  } catch (error) {
    set({ uploading: false, problem: error.message });
  }
}

function onDrop(event) {
  event.preventDefault();
  set({ dropping: false });
  take(event.dataTransfer.files);
}

const hasFiles = (event) => event.dataTransfer.types.includes("Files");

function onDragOver(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  if (!box.dropping) set({ dropping: true });
}

function onPaste(event) {
  const { files, types } = event.clipboardData;
  const isText = types.includes("text/plain") && types.includes("text/html"); // of an office, with its picture
  if (!files.length || isText || event.defaultPrevented) return;
  event.preventDefault();
  go("create");
  take(files);
}

// What is dropped or pasted elsewhere on the page goes into the box, too: the browser does not leave for it.
addEventListener("paste", onPaste);
addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (event.defaultPrevented || !hasFiles(event)) return;
  go("create");
  onDrop(event);
});

const input = (prompt) => edit({ prompt });

const select = (name, label, values, write) =>
  choice({ name, label, value: state.draft[name], values, write, onChange: (value) => edit({ [name]: value }) });

const withOwn = (values, own) => (values.includes(own) ? values : [...values, own]);

const sizeText = (size) => {
  const [width, height] = size.split("x").map(Number);
  const shape = width > height ? "landscape" : width < height ? "portrait" : "square";
  return `${width} × ${height} ${t(`compose.${shape}`)}`;
};

const ROLES = { picture: ["first", "last", "look"], clip: ["forward", "backward", "both", "loop", "edit"] };

const source = () => {
  const { source: found } = state.draft;
  if (box.uploading) return html`<p class="source muted" role="status">${t("compose.uploading")}</p>`;
  if (!found) return nothing;
  return html`
    <div class="source">
      ${icon(found.kind === "clip" ? "play" : "picture")}
      <span class="source-name">${found.name}</span>
      ${choice({
        label: t("compose.role"),
        isHidden: true,
        value: found.role,
        values: ROLES[found.kind],
        write: (role) => t(`compose.role_${role}`),
        onChange: (role) => edit({ source: { ...found, role } }),
      })}
      ${iconButton("close", t("compose.removeSource"), () => edit({ source: null }))}
    </div>
  `;
};

const characters = () => {
  const known = keptCharacters();
  if (!known.length || state.draft.source) return nothing;
  const chosen = state.draft.characters;
  const toggle = ({ id, name }) => {
    const has = chosen.includes(id);
    const prompt = has || state.draft.prompt.includes(name) ? state.draft.prompt : `${name} ${state.draft.prompt}`;
    edit({ characters: has ? chosen.filter((each) => each !== id) : [...chosen, id], loop: false, prompt });
  };
  return html`<div class="row reading" role="group" aria-label=${t("compose.characters")}>
    <span class="small muted">${t("compose.characters")}</span>
    ${known.map((each) => html`<button type="button" class="chip" aria-pressed=${chosen.includes(each.id)} ?disabled=${chosen.length >= MOST_CHARACTERS && !chosen.includes(each.id)} @click=${() => toggle(each)}>${each.name}</button>`)}
  </div>`;
};

const reading = () => {
  const { plan, draft } = state;
  if (plan.problem && !box.problem) return html`<p class="problem small" role="status">${plan.problem}</p>`;
  if (!draft.rewrite) return nothing;
  if (!plan.reading) return draft.prompt.trim() ? html`<p class="reading small"></p>` : nothing; // room for the answer
  const isText = !draft.source && !draft.characters.length;
  const read = isText ? plan.reading.varied : plan.reading.read_as;
  const [prompt, { expanded }] = [draft.prompt.trim(), plan.reading];
  const notes = notesOf(plan.reading, ["unknown_words"]); // these are shown with the nearest known ones
  return html`
    ${unknownWords(draft.prompt, plan.reading.unknown, input)}
    ${plan.reading.understood
      ? html`<p class="reading small">
          ${read === prompt ? nothing : html`<span class="muted">${t("compose.readAs")}</span> ${read}`}
        </p>
        ${expanded === prompt
          ? nothing
          : html`<p class="reading small"><span class="muted">${t("compose.withDetails")}</span> ${expanded}
              <button type="button" class="link" @click=${() => replaceDraft({ prompt: expanded }, t("compose.expanded"))}>${t("compose.expand")}</button></p>`}`
      : html`<p class="reading small">${t("compose.notUnderstood")}</p>${exampleChips()}`}
    ${notes.map((note) => html`<p class="small muted">${note}</p>`)}
  `;
};

const cost = () => {
  const { estimated_seconds: seconds, wait_seconds: wait } = state.plan.estimate ?? {};
  if (!seconds) return nothing;
  return html`<p class="cost muted small">
    ${t("compose.cost", { time: duration(seconds) })}${wait > 2 ? html` · ${t("compose.wait", { time: duration(wait) })}` : nothing}
  </p>`;
};

const more = () => {
  const { styles } = state.server;
  return html`
    <details class="more" ?open=${Boolean(state.draft.style || state.draft.seed || !state.draft.rewrite || state.draft.loop)}>
      <summary>${t("compose.more")}</summary>
      <div class="compose-row">
        ${styles.length
          ? select("style", t("compose.style"), ["", ...styles], styleName)
          : nothing}
        ${seedField(state.draft.seed, (seed) => edit({ seed }))}
        ${select("model", t("compose.model"), ["", ...state.server.models], (name) => name || state.server.model || "…")}
        ${checkField(t("compose.asWritten"), !state.draft.rewrite, (isOn) => edit({ rewrite: !isOn }))}
        ${checkField(t("compose.loop"), state.draft.loop, (loop) => edit({ loop }), state.draft.source || state.draft.characters.length > 0)}
        ${fastCheck(state.draft.model, state.draft.fast, (fast) => edit({ fast }))}
      </div>
    </details>
  `;
};

/** Prompts that the model is good at, those in the language of the page first. */
export function examples() {
  const isChinese = (text) => /[一-鿿]/.test(text);
  const own = currentLanguage() === "zh";
  const found = state.server.examples;
  return [...found].sort((a, b) => (isChinese(b) === own) - (isChinese(a) === own));
}

const exampleChips = () => html`
  <div class="row examples" role="group" aria-label=${t("compose.examples")}>
    ${examples().map((text) => html`<button type="button" class="chip" @click=${() => useExample(text)}>${text}</button>`)}
  </div>
`;

function useExample(prompt) {
  if (state.draft.prompt) replaceDraft({ prompt }, t("compose.replaced"));
  else edit({ prompt });
  document.querySelector(".compose textarea").focus();
}

export const compose = () => {
  const { draft } = state;
  const isClip = draft.source?.kind === "clip";
  return html`
    <form class="compose ${box.dropping ? "dropping" : ""}" @submit=${submit} novalidate
      @dragover=${onDragOver} @dragleave=${() => set({ dropping: false })} @drop=${onDrop}>
      ${promptField({
        value: draft.prompt,
        words: (draft.rewrite && state.plan.reading?.unknown) || [],
        placeholder: t("compose.placeholder"),
        label: t("compose.prompt"),
        onInput: input,
        onKey,
      })}
      ${source()} ${reading()} ${characters()}
      ${draft.prompt ? nothing : exampleChips()}
      <div class="compose-row">
        <label class="button quiet attach" title=${t("compose.attachHint")}>
          ${icon("picture")}<span>${t("compose.attach")}</span>
          <input class="hidden" type="file" accept="image/png,image/jpeg,image/webp,video/*"
            @change=${(event) => {
              take(event.target.files);
              event.target.value = "";
            }} />
        </label>
        ${isClip ? nothing : select("size", t("compose.size"), withOwn(SIZES, draft.size), sizeText)}
        ${draft.source?.role === "edit" ? nothing : select("seconds", t("compose.seconds"), withOwn(SECONDS, draft.seconds), (each) => inSeconds(Number(each)))}
        ${isClip ? nothing : select("n", t("compose.variations"), Array.from({ length: MOST_VARIATIONS }, (_, i) => i + 1))}
        <div class="compose-go">
          ${cost()}
          <button class="primary" ?disabled=${box.sending || box.uploading}>${icon("create")} ${t("compose.create")}</button>
        </div>
      </div>
      ${more()}
      ${box.problem ? html`<p class="problem" role="alert">${box.problem}</p>` : nothing}
    </form>
  `;
};
