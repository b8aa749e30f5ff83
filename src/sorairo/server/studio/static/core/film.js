// A branching film: clips, each of which may go on in several ways. It is kept in this browser.
//
// The way from one clip to the next begins with its last frame, so that the viewer sees no break.

import { getBlob, postJson, postOnce } from "./api.js";
import { t } from "./i18n.js";
import { follow, learn, videoOf } from "./library.js";
import { recall, remember } from "./settings.js";
import { change, state } from "./state.js";
import { toast } from "./toasts.js";

const newNode = (parent, values = {}) => ({
  id: Math.random().toString(36).slice(2, 10), parent, label: "", prompt: "", seconds: 3, video: "", ...values,
});

const root = newNode("");
state.film = recall("film", { size: "512x512", nodes: [root] });
state.filmAt = state.film.nodes[0].id; // the clip that the player shows

export function editFilm(what) {
  change(() => what(state.film));
  remember("film", state.film);
}

export const nodeOf = (id) => state.film.nodes.find((node) => node.id === id);
export const waysFrom = (id) => state.film.nodes.filter((node) => node.parent === id);
export const firstNode = () => state.film.nodes.find((node) => !node.parent);
export const setNode = (id, values) => editFilm(() => Object.assign(nodeOf(id) ?? {}, values)); // it may be gone

/** The clip of a part of the film, if it is finished. */
export function clipOf(node) {
  const video = node?.video && videoOf(node.video);
  return video?.url ? video : null;
}

export function addWay(parent) {
  const node = newNode(parent);
  editFilm(({ nodes }) => nodes.push(node));
  return node.id;
}

/** Puts another film in place of this one; the message offers to bring this one back. */
function replaceFilm(film, text, filmAt) {
  const before = { film: state.film, filmAt: state.filmAt };
  const put = (other) => {
    change(other);
    remember("film", other.film);
  };
  put({ film, filmAt });
  toast(text, { action: { label: t("common.undo"), run: () => put(before) } });
}

/** Removes a part with all that follows it; its clips stay in the library. */
export function removeWay(id) {
  const gone = new Set([id]);
  for (const node of state.film.nodes) if (gone.has(node.parent)) gone.add(node.id);
  const nodes = state.film.nodes.filter((node) => !gone.has(node.id));
  replaceFilm({ ...state.film, nodes }, t("branches.removed"), gone.has(state.filmAt) ? firstNode().id : state.filmAt);
}

export function newFilm() {
  const node = newNode("");
  replaceFilm({ size: "512x512", nodes: [node] }, t("branches.isNew"), node.id);
}

/** The parts from the first one to this one. */
export function wayTo(id) {
  const node = nodeOf(id);
  return node ? [...wayTo(node.parent), node] : [];
}

/** The parts that have a clip and are reached through others that have one, as the API takes them. */
export function scenes() {
  const isReached = (node) => wayTo(node.id).every(clipOf);
  return state.film.nodes.filter(isReached).map(({ id, parent, label, prompt, video }) => ({
    id, video, ...(parent && { from: parent }), ...(label && { choice: label }), ...(prompt && { prompt }),
  }));
}

/** Joins the clips of a way into one, in the library; returns it. Raises ApiError. */
export async function joinWay(id) {
  const video = await postJson("v1/videos/cuts", { parts: wayTo(id).map((node) => ({ id: node.video })) });
  learn([video]);
  return video;
}

/** What the clip of a part is made by, without the picture with which it begins. */
export function fieldsOf(node) {
  const { size, style, model, seed } = state.film;
  const own = { prompt: node.prompt, seconds: String(node.seconds), size: clipOf(nodeOf(node.parent))?.size ?? size };
  return { ...own, ...(style && { style }), ...(model && { model }), ...(seed && { seed }) };
}

/** Makes the clip of a part; it begins with the last frame of the one before, at -0.001 s. Raises ApiError. */
export async function makePart(id) {
  const node = nodeOf(id);
  const before = clipOf(nodeOf(node.parent));
  let body = fieldsOf(node);
  if (before) {
    const form = new FormData();
    for (const [name, value] of Object.entries(body)) form.append(name, value);
    form.append("input_reference", await getBlob(`v1/videos/${before.id}/frame?time=-0.001`), "frame.png");
    body = form;
  }
  const video = await (before ? postJson : postOnce)("v1/videos", body);
  learn([video]);
  setNode(id, { video: video.id });
  follow();
}
