// What is in the compose box. It survives a reload of the tab, and nothing but the user changes it.

import { change, state } from "./state.js";
import { recall, remember } from "./settings.js";

const DEFAULTS = { prompt: "", size: "1280x720", seconds: "4", n: 1, seed: "" };

state.draft = { ...DEFAULTS, ...recall("draft", {}, sessionStorage) };

export function edit(changes) {
  Object.assign(state.draft, changes);
  remember("draft", state.draft, sessionStorage);
  change({});
}

/** The body of the request. */
export function body() {
  const { prompt, size, seconds, n, seed } = state.draft;
  return {
    prompt,
    size,
    seconds,
    ...(n > 1 && { n }),
    ...(seed !== "" && { seed: Number(seed) }),
  };
}
