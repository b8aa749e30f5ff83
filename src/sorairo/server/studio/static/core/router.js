// Which view is shown: the part of the address after "#", such as #/clip/video_1?tool=extend.

import { change } from "./state.js";

/** `{view, params, query}` of a hash; "#/" is the view "create". */
export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, ...params] = path.split("/").map(decodeURIComponent);
  return { view: view || "create", params, query: Object.fromEntries(new URLSearchParams(search)) };
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

export function startRouter() {
  const read = () => change({ route: parse(location.hash) });
  window.addEventListener("hashchange", () => {
    read();
    window.scrollTo(0, 0);
  });
  read();
}
