// What is in the compose box. It survives a reload of the tab, and nothing but the user changes it:
// whatever replaces a prompt offers to undo that.

import { postJson } from "./api.js";
import { t } from "./i18n.js";
import { fastFor } from "./server.js";
import { change, state } from "./state.js";
import { recall, remember } from "./settings.js";
import { toast } from "./toasts.js";

const DEFAULTS = {
  prompt: "",
  size: "1280x720",
  seconds: "4",
  n: 1,
  seed: "",
  style: "",
  model: "",
  rewrite: true,
  loop: false,
  fast: null,
  source: null, // {kind, name, file_id, role}; the kind is picture or clip
  characters: [], // ids
};
const STORED_FOR = 30 * 86400; // seconds: uploads that were dropped into the box

/** A seed; what a prompt leaves open is drawn from it, so the next clip has the one of its estimate. */
export const newSeed = () => Math.floor(Math.random() * 2 ** 31);
let drawn = newSeed();

state.draft = { ...DEFAULTS, ...recall("draft", {}, sessionStorage) };

export function edit(changes) {
  Object.assign(state.draft, changes);
  remember("draft", state.draft, sessionStorage);
  change({});
}

/** A draft with nothing in it. */
export const emptyDraft = () => ({ ...DEFAULTS });

/** Replaces what is in the box; the message offers to bring it back. */
export function replaceDraft(changes, text) {
  const before = { ...state.draft };
  edit(changes);
  const action = { label: t("common.undo"), run: () => edit(before) };
  toast(text, before.prompt || before.source ? { action } : {});
}

/** Stores a picture or a clip on the server for a month: `{kind, name, file_id, seconds}`. */
export async function store(file) {
  const form = new FormData();
  form.append("file", file, file.name ?? "picture.png");
  const kind = file.type.startsWith("video/") ? "clip" : "picture";
  form.append("purpose", kind === "clip" ? "user_data" : "vision");
  form.append("expires_after[anchor]", "created_at");
  form.append("expires_after[seconds]", String(STORED_FOR));
  const stored = await postJson("v1/files", form);
  return { kind, name: file.name ?? t("compose.pasted"), file_id: stored.id, seconds: stored.seconds };
}

/** Stores a picture or a clip and makes it the source of the draft. */
export async function attach(file, role) {
  const stored = await store(file);
  edit({ source: { ...stored, role: role ?? (stored.kind === "clip" ? "forward" : "first") } });
}

const file = ({ file_id }) => ({ file_id });

/** What all requests of the draft have in common. */
function common() {
  const { prompt, style, model, rewrite, fast } = state.draft;
  return {
    prompt,
    seed: seedOf(),
    ...(style && { style }),
    ...(model && { model }),
    ...(!rewrite && { rewrite: false }),
    fast: fastFor(model, fast),
  };
}

/** The seed of the next clip. */
export const seedOf = () => (state.draft.seed === "" ? drawn : Number(state.draft.seed));

/** The next clip without a seed of its own gets another one. */
export function drawAgain() {
  drawn = newSeed();
}

/** The request of the draft: `{path, body}`. */
export function request() {
  const { size, seconds, n, loop, source, characters } = state.draft;
  if (source?.kind === "clip") return ofClip(source, seconds);
  const body = { ...common(), size, seconds, ...(n > 1 && { n: Number(n) }) };
  const field = { first: "input_reference", last: "last_frame", look: "reference_images" }[source?.role];
  if (source) {
    body[field] = source.role === "look" ? [file(source)] : file(source);
  } else if (characters.length) {
    body.characters = characters.map((id) => ({ id }));
  } else if (loop) {
    body.loop = true;
  }
  return { path: "v1/videos", body };
}

function ofClip(source, seconds) {
  const body = { ...common(), video: file(source) };
  if (source.role === "edit") return { path: "v1/videos/edits", body };
  if (source.role === "loop") return { path: "v1/videos/loops", body: { ...body, seconds } };
  return { path: "v1/videos/extensions", body: { ...body, seconds, direction: source.role } };
}
