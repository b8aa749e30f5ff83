// The state of the page, and who wants to know when it changes.
//
// `state` is one plain object. Change it through `change`: the page is drawn again once in the next
// frame, however many changes there are. What must outlive a reload is kept by `core/settings.js`.

export const state = {
  route: { view: "create", params: [], query: {} },
  connection: "connecting", // then online, or offline until the server answers again
  key: { needed: false, wrong: false },
  library: { videos: new Map(), order: [], complete: false, loaded: false },
  selection: new Set(), // the ids of videos that the library has
  now: Date.now(),
};

const listeners = new Set();
let scheduled = false;

/** Changes the state: an object whose entries replace those of `state`, or a function of it. */
export function change(what) {
  if (typeof what === "function") what(state);
  else Object.assign(state, what);
  if (scheduled) return;
  scheduled = true;
  // A page in the background draws no frames; its title still has to change.
  const soon = document.hidden ? (done) => setTimeout(done, 50) : requestAnimationFrame;
  soon(() => {
    scheduled = false;
    for (const listener of listeners) listener(state);
  });
}

/** Calls `listener(state)` after changes; returns a function that ends this. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
