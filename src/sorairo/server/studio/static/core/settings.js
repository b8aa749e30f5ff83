// What the page remembers: in this browser (language, theme), or in this tab (the draft).

import { change, state } from "./state.js";

/** A value under a name in `storage`, or `fallback`: a page without storage works, too. */
export function recall(name, fallback, storage = localStorage) {
  try {
    const text = storage.getItem(`sorairo.${name}`);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

// What another tab has written holds here, too: else the next letter here would undo it.
addEventListener("storage", ({ key, newValue }) => {
  const name = key?.slice(8); // without "sorairo."
  if (newValue && ["board", "film"].includes(name)) change({ [name]: JSON.parse(newValue) });
});

export function remember(name, value, storage = localStorage) {
  let isFull = false; // or forbidden: it is forgotten with the page, which says so
  try {
    storage.setItem(`sorairo.${name}`, JSON.stringify(value));
  } catch {
    isFull = true;
  }
  if (isFull !== Boolean(state.isFull)) change({ isFull });
}
