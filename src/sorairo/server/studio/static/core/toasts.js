// Short messages at the bottom of the page, perhaps with one thing to do, such as "Undo".

import { change, state } from "./state.js";

const SHOWN = 8000; // milliseconds; while the pointer or the focus is on it, it stays

state.toasts = [];
let last = 0;

/** Shows a message; `action` is `{label, run}`, `kind` is "good" or "bad"; `onGone` is called when it has
 * gone without the action. Returns its id. */
export function toast(text, { action, kind = "good", onGone } = {}) {
  const id = ++last;
  change(({ toasts }) => toasts.push({ id, text, action, kind, onGone }));
  wait(id);
  return id;
}

/** Takes a message away; `isDone`: its action is being run. */
export function dismiss(id, isDone = false) {
  const gone = state.toasts.find((each) => each.id === id);
  change({ toasts: state.toasts.filter((each) => each !== gone) });
  if (!isDone) gone?.onGone?.();
}

function wait(id) {
  setTimeout(() => {
    const shown = document.querySelector(`[data-toast="${id}"]`);
    if (shown?.matches(":hover, :focus-within")) wait(id);
    else dismiss(id);
  }, SHOWN);
}
