// Short messages at the bottom of the page, perhaps with one thing to do, such as "Undo".

import { change, state } from "./state.js";

const SHOWN = 8000; // milliseconds; while the pointer or the focus is on it, it stays

state.toasts = [];
let last = 0;

/** Shows a message; `action` is `{label, run}`, `kind` is "good" or "bad". Returns its id. */
export function toast(text, { action, kind = "good" } = {}) {
  const id = ++last;
  change(({ toasts }) => toasts.push({ id, text, action, kind }));
  wait(id);
  return id;
}

export function dismiss(id) {
  change((all) => {
    all.toasts = all.toasts.filter((each) => each.id !== id);
  });
}

function wait(id) {
  setTimeout(() => {
    const shown = document.querySelector(`[data-toast="${id}"]`);
    if (shown?.matches(":hover, :focus-within")) wait(id);
    else dismiss(id);
  }, SHOWN);
}
