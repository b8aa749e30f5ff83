// What the server can do: its model, the words that it knows, and the characters that are kept.

import { getJson } from "./api.js";
import { change, state, subscribe } from "./state.js";

state.server = { model: "", models: [], examples: [], styles: [], characters: [], maxSeconds: 60, fast: {} };

const IMAGE_MODEL = /^(gpt-image|dall-e|chatgpt-image)/;

/** Reads what the server can do; it is read again when the server has been away. */
export async function readServer() {
  try {
    const [about, list] = await Promise.all([getJson("v1/server"), getJson("v1/models")]);
    const models = list.data.map((each) => each.id).filter((id) => !IMAGE_MODEL.test(id));
    const { model, max_seconds: maxSeconds } = about;
    const fast = Object.fromEntries(about.models.map((each) => [each.served ? "" : each.id, each.fast]));
    change(({ server }) => Object.assign(server, { model, maxSeconds, models, fast }));
    wordsOf = null;
    await Promise.all([readWords(state.draft?.model ?? ""), readCharacters()]);
  } catch {
    // api.js has noted what is wrong
  }
}

/**
 * How a model samples in few steps: `{name, steps, to_do}`; null where it cannot. Names that are no
 * installed model's stand for the served one.
 */
export const fastOf = (model) => state.server.fast[model in state.server.fast ? model : ""] ?? null;

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
  const found = await getJson("v1/videos/characters?limit=100");
  change(({ server }) => {
    server.characters = found.data;
  });
}
