// The videos of this key as the page knows them, kept in step with the server.
//
// All pages of the list are read once; then its head is read again and again, often while jobs run
// and seldom otherwise. Unfinished jobs that are further back are read one by one.

import { getJson, readList } from "./api.js";
import { change, state } from "./state.js";

const HEAD = 24; // of what is read again
const PACE = { busy: 1000, idle: 5000, hidden: 15000 }; // milliseconds between two readings
const WHOLE_AFTER = 600_000; // milliseconds after which the whole list is read again
const MOST_SINGLE = 8; // unfinished jobs further back that are read at once

export const isUnfinished = (video) => ["queued", "in_progress"].includes(video.status);

/** All videos, newest first; those of one request stay together. */
export const videos = () => state.library.order.map((id) => state.library.videos.get(id));
export const videoOf = (id) => state.library.videos.get(id);
export const unfinished = () => videos().filter(isUnfinished);
export const finished = () => videos().filter((video) => video.status === "completed");

const watchers = new Set();

/** Calls `watcher(video, before)` when a job ends while the page is open. */
export function onEnded(watcher) {
  watchers.add(watcher);
}

const leaving = new Set(); // the ids of videos that are being deleted

/** Forgets videos whose deletion is asked for: answers that were on their way do not bring them back.
 * After 20 seconds none is, and a video that is listed again has been restored elsewhere. */
export function leave(ids) {
  for (const id of ids) {
    leaving.add(id);
    setTimeout(() => leaving.delete(id), 20_000);
    state.library.videos.delete(id);
  }
  sort();
}

/** Takes up videos again that were to be deleted. */
export function comeBack(list) {
  for (const { id } of list) leaving.delete(id);
  learn(list);
}

let changes = 0; // of what the page has changed itself: a list that was asked for before is older

/** Takes up Video objects that the server has sent in answer to a change. */
export function learn(list) {
  changes += 1;
  take(list);
}

function take(list) {
  const known = state.library.videos;
  const ended = [];
  for (const video of list) {
    if (leaving.has(video.id)) continue;
    const before = known.get(video.id);
    if (video.trashed_at) {
      drop(video.id);
      continue;
    }
    known.set(video.id, video);
    if (before && isUnfinished(before) && !isUnfinished(video)) ended.push([video, before]);
  }
  sort();
  for (const each of ended) for (const watcher of watchers) watcher(...each);
}

export function forget(ids) {
  ids.forEach(drop);
  sort();
}

function drop(id) {
  state.library.videos.delete(id);
  state.selection.delete(id);
}

const listed = new Map(); // by id: where the video stood in the last listing that had it
let listings = 0;

/** Takes up a page of the list, which is newest first. */
function learnListed(list) {
  const listing = ++listings;
  list.forEach((video, at) => listed.set(video.id, { listing, at }));
  take(list);
}

/** The order of two requests of one second: as they were listed; one that is not listed yet is new. */
function compareListed(a, b) {
  const [one, other] = [listed.get(a), listed.get(b)];
  if (one && other && one.listing === other.listing) return one.at - other.at;
  return Boolean(one) - Boolean(other) || (a < b ? 1 : -1);
}

/** By id: where a video stands among those of its request. That is the order of the seeds; once all
 * have ended, those that show the prompt best are first. */
function ranks() {
  const found = new Map();
  for (const { id, videos: ids } of state.library.videos.values()) {
    if (!ids || found.has(id)) continue;
    const all = ids.map(videoOf).filter(Boolean);
    if (!all.some(isUnfinished)) all.sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
    all.forEach((video, at) => found.set(video.id, at));
  }
  return found;
}

function sort() {
  const places = ranks();
  const place = (video) => places.get(video.id) ?? 0;
  const request = (video) => video.videos?.[0] ?? video.id;
  const list = [...state.library.videos.values()].sort(
    (a, b) =>
      b.created_at - a.created_at ||
      (request(a) === request(b) ? place(a) - place(b) : compareListed(request(a), request(b))),
  );
  change(({ library }) => (library.order = list.map((video) => video.id)));
}

/** Reads the whole list. What was known before and is no longer in it has been deleted. */
export async function readAll() {
  const before = [...state.library.videos.keys()];
  const known = changes;
  const list = await readList("videos?", (page) => {
    learnListed(page);
    change(({ library }) => (library.loaded = true));
  });
  const seen = new Set(list.map(({ id }) => id));
  if (known === changes) {
    forget(before.filter((id) => !seen.has(id)));
    readAt = Date.now();
  } // otherwise it is soon read again
  change(({ library }) => (library.complete = true));
}

async function readHead() {
  const known = changes;
  const page = await getJson(`v1/videos?limit=${HEAD}`);
  if (known !== changes) return;
  if (page.has_more && !listed.has(page.data.at(-1).id)) return readAll(); // more have come than a head has
  learnListed(page.data);
  const seen = new Set(page.data.map((video) => video.id));
  const others = unfinished().filter((video) => !seen.has(video.id));
  const next = others.slice(-MOST_SINGLE); // the oldest are worked on first
  await Promise.all(next.map((video) => readOne(video.id)));
}

/** Reads one video again; one that no longer exists is forgotten. */
export async function readOne(id) {
  try {
    const video = await getJson(`v1/videos/${id}`);
    take([video]);
    return video;
  } catch (error) {
    if (error.status !== 404) throw error;
    forget([id]);
  }
}

let timer = 0;
let readAt = 0; // when the whole list was read last

/** Keeps the library in step from now on. */
export async function follow() {
  clearTimeout(timer);
  try {
    if (Date.now() - readAt < WHOLE_AFTER) await readHead();
    else await readAll();
  } catch {
    // api.js has noted what is wrong: the next reading may succeed
  }
  const pace = document.hidden ? "hidden" : unfinished().length ? "busy" : "idle";
  clearTimeout(timer);
  timer = setTimeout(follow, PACE[pace]);
}

/** The server has been away: what it has may be different. */
export function followAnew() {
  readAt = 0;
  return follow();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) follow();
});
