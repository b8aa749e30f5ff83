// Which view is shown: the part of the address after "#", such as #/clip/video_1?tool=extend.
//
// A new view begins at its top; going back leads to where the view before was scrolled to.

import { change, state } from "./state.js";

const KEEP_AFTER = 500; // milliseconds after which a place is kept; browsers limit how often

/** `{view, params, query}` of a hash; "#/" is the view "create". */
export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, ...params] = path.split("/").map(decoded);
  return { view: view || "create", params, query: Object.fromEntries(new URLSearchParams(search)) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody has typed the address
  }
}

/** The hash of a view, for `href`. */
export function link(view, params = [], query = {}) {
  const path = [view === "create" && !params.length ? "" : view, ...params].map(encodeURIComponent);
  const search = new URLSearchParams(query).toString();
  return `#/${path.join("/")}${search ? `?${search}` : ""}`;
}

export function go(view, params, query) {
  location.hash = link(view, params, query);
}

let timer = 0;

function keepPlace() {
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState({ top: window.scrollY }, ""), KEEP_AFTER);
}

function onChange() {
  clearTimeout(timer);
  const before = state.route;
  const route = parse(location.hash);
  change({ route });
  const isSame = before.view === route.view && String(before.params) === String(route.params);
  const top = history.state?.top ?? (isSame ? window.scrollY : 0);
  history.replaceState({ top }, "");
  // two frames: in the first the view is drawn, in the second it has its height
  requestAnimationFrame(() => requestAnimationFrame(() => window.scrollTo(0, top)));
}

export function startRouter() {
  history.scrollRestoration = "manual";
  window.addEventListener("hashchange", onChange);
  window.addEventListener("scroll", keepPlace, { passive: true });
  change({ route: parse(location.hash) });
}
