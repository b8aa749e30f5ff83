// What the server can do: its model, the words that it knows, and the characters that are kept.

import { getJson, readList } from "./api.js";
import { change, state, subscribe } from "./state.js";

state.server = { model: "", models: [], examples: [], styles: [], characters: [], maxSeconds: 60, known: {} };

const IMAGE_MODEL = /^(gpt-image|dall-e|chatgpt-image)/;

/** Reads what the server can do; it is read again when the server has been away. */
export async function readServer() {
  try {
    const [about, list] = await Promise.all([getJson("v1/server"), getJson("v1/models")]);
    const models = list.data.map((each) => each.id).filter((id) => !IMAGE_MODEL.test(id));
    const { model, max_seconds: maxSeconds } = about;
    const known = Object.fromEntries(about.models.map((each) => [each.served ? "" : each.id, each]));
    change(({ server }) => Object.assign(server, { model, maxSeconds, models, known }));
    wordsOf = null;
    await Promise.all([readWords(state.draft?.model ?? ""), readCharacters()]);
  } catch {
    // api.js has noted what is wrong
  }
}

/** What is known of a model. Names that are no installed model's stand for the served one. */
const modelOf = (model) => state.server.known[model in state.server.known ? model : ""];

/** How a model samples in few steps: `{name, steps, to_do, default}`; null where it cannot. */
export const fastOf = (model) => modelOf(model)?.fast ?? null;

/** `fast` of a request; undefined where the model does so by itself, or cannot. */
export function fastFor(model, fast) {
  const own = fastOf(model);
  if (own?.to_do === "" && fast !== own.default) return fast ?? undefined;
}

/** Whether a model makes clips from words alone. */
export function isForWords(model) {
  const tasks = modelOf(model)?.trained_for ?? [];
  return !tasks.length || tasks.includes("generate");
}

/** The settings of a clip that is there soon: a small size and a short length that a model is good at. */
export function quickOf(model) {
  const sizes = (modelOf(model)?.native_sizes ?? []).map((size) => size.split("x").map(Number));
  const [width, height] = sizes.find(([w, h]) => w > h) ?? sizes[0] ?? [512, 288];
  const scale = width > 640 ? 640 / width : Math.max(1, Math.floor(512 / width));
  const size = [width, height].map((side) => Math.floor((side * scale) / 16) * 16).join("x");
  return { size, seconds: "2", fast: fastOf(model)?.to_do === "" };
}

/** Whether the LoRAs of a request are those of few steps. */
export const isFast = (model, loras = []) => {
  const name = fastOf(model)?.name;
  return Boolean(name) && loras.some((each) => each.replace(/:[^:]*$/, "") === name);
};

let wordsOf = null; // the name of the model whose words have been asked for

/** Reads what a model is good at: examples and styles. "" is the served model. */
async function readWords(model) {
  if (model === wordsOf) return;
  wordsOf = model;
  const words = await getJson(`v1/prompts/words${model && `?model=${encodeURIComponent(model)}`}`);
  const styles = words.data.filter((word) => word.kind === "style").map((word) => word.value);
  change(({ server }) => Object.assign(server, { examples: words.examples, styles }));
}

subscribe(() => {
  if (state.server.model && state.draft) readWords(state.draft.model).catch(() => {}); // api.js has noted it
});

export async function readCharacters() {
  const characters = await readList("videos/characters?");
  change(({ server, draft }) => {
    server.characters = characters;
    draft.characters = draft.characters.filter((id) => characters.some((each) => each.id === id)); // others are gone
  });
}
