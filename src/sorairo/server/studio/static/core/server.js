// What the server can do: its model, the words that it knows, and the characters that are kept.

import { getJson } from "./api.js";
import { change, state } from "./state.js";

state.server = { model: "", models: [], examples: [], styles: [], characters: [], maxSeconds: 60 };

const IMAGE_MODEL = /^(gpt-image|dall-e|chatgpt-image)/;

/** Reads what the server can do; it is read again when the server has been away. */
export async function readServer() {
  try {
    const [about, list, words] = await Promise.all([
      getJson("v1/server"),
      getJson("v1/models"),
      getJson("v1/prompts/words"),
    ]);
    const models = list.data.map((each) => each.id).filter((id) => !IMAGE_MODEL.test(id));
    const styles = words.data.filter((word) => word.kind === "style").map((word) => word.value);
    const { model, examples, max_seconds: maxSeconds } = about;
    change(({ server }) => Object.assign(server, { model, examples, maxSeconds, models, styles }));
    await readCharacters();
  } catch {
    // `api.js` has noted what is wrong
  }
}

export async function readCharacters() {
  const found = await getJson("v1/videos/characters?limit=100");
  change(({ server }) => {
    server.characters = found.data;
  });
}
