// What the server tells of one video beyond the Video object: its recipe and its family.

import { getJson } from "./api.js";
import { learn, onEnded } from "./library.js";
import { change } from "./state.js";

const known = new Map(); // by id: {recipe, lineage}

/** `{recipe, lineage}` of a video, each undefined until it has been read. */
export function detailsOf(id) {
  if (!known.has(id)) {
    known.set(id, {});
    read(id);
  }
  return known.get(id);
}

/** Reads the family again: a clip has been made from the video. */
export function forgetDetails(id) {
  known.delete(id);
}

// With the clip come the model that made it and the time that it took.
onEnded(({ id }) => known.has(id) && read(id));

async function read(id) {
  try {
    const [recipe, lineage] = await Promise.all(["recipe", "lineage"].map((each) => getJson(`v1/videos/${id}/${each}`)));
    learn(lineage.family.map((each) => each.video).filter((video) => video && !video.trashed_at));
    known.set(id, { recipe, lineage });
    change({});
  } catch {
    known.delete(id);
  }
}

/** The request that makes a video; empty until it has been read. */
export const requestOf = ({ id }) => detailsOf(id).recipe?.request ?? {};
