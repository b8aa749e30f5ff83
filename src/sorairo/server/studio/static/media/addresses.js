// Where the files of a video are, for <video> and <img>.
//
// Where a server requires keys, elements cannot send one: the clip of a Video object has a signed
// address; other files are read with the key and shown as blobs.

import { getBlob, key } from "../core/api.js";

const blobs = new Map(); // addresses of blobs by path, the longest unused first
const MOST_BLOBS = 400;

export const contentPath = (video, variant) => `v1/videos/${video.id}/content?variant=${variant}`;

/** The address of the clip, below the address of the page. */
export function clipAddress(video, { download = false } = {}) {
  const signed = key() && video.url ? new URL(video.url).search : "?variant=video";
  return `v1/videos/${video.id}/content${signed}&download=${download ? 1 : 0}`;
}

/** The address of a picture of a video ("thumbnail" or "spritesheet"). Raises ApiError. */
export const pictureAddress = (video, variant) => fileAddress(`${contentPath(video, variant)}&download=0`);

/** The address of a file at a path of the API. Raises ApiError. */
export async function fileAddress(path) {
  if (!key()) return path;
  const known = blobs.get(path);
  const found = known ?? URL.createObjectURL(await getBlob(path));
  blobs.delete(path);
  blobs.set(path, found);
  if (blobs.size > MOST_BLOBS) {
    const [oldest, old] = blobs.entries().next().value;
    blobs.delete(oldest);
    URL.revokeObjectURL(old);
  }
  return found;
}
