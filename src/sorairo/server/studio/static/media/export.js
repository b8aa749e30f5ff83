// Files to take away: a clip in another form, and many clips with prompts and recipes as a ZIP file. The
// server makes them.

import { attempt, change, getBlob, key, send, state, t, toast } from "../core/view.js";

const [IN_ADDRESS, AT_ONCE] = [100, 1000]; // videos that an address, and a body, may name
const SUFFIXES = { gif: "gif", webp: "webp", frames: "zip" };

state.saving = ""; // what is being made, such as gif or export

/** Offers an address, or a Blob, as a download. */
export function save(what, name) {
  const link = document.createElement("a");
  link.href = what instanceof Blob ? URL.createObjectURL(what) : what;
  link.download = name;
  link.click();
  if (what instanceof Blob) setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Reads a file with the key of this tab, and offers it; `what` is shown while it is made. */
async function fetchAndSave(path, name, what, fetched = () => getBlob(path)) {
  if (state.saving) return;
  change({ saving: what });
  await attempt(async () => save(await fetched(), name));
  change({ saving: "" });
}

/** Downloads what the server makes of a body. */
export const saveMade = (path, body, name, what) =>
  fetchAndSave(path, name, what, async () => (await send("POST", path, { body })).blob());

/** Downloads a clip as `kind`: "gif", "webp" or "frames" (PNG files in a ZIP). */
export const saveAs = (video, kind) => fetchAndSave(`v1/videos/${video.id}/${kind}`, `${video.id}.${SUFFIXES[kind]}`, kind);

/** Downloads a file that a video was made from. */
export const saveInput = ({ id }, number) => fetchAndSave(`v1/videos/${id}/inputs/${number}`, `${id}-${number}.mp4`, "input");

const exportName = (part = "") => `sorairo-${new Date().toISOString().slice(0, 10)}${part}.zip`;

/** Downloads chosen videos: few as their address names them, many in parts, each of one request. */
export async function exportChosen(ids) {
  if (ids.length <= IN_ADDRESS) return exportVideos({ ids: ids.join(",") });
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const name = exportName(ids.length > AT_ONCE ? `-${1 + at / AT_ONCE}` : "");
    await saveMade("v1/videos/export", { ids: ids.slice(at, at + AT_ONCE) }, name, "export");
  }
}

/** Downloads finished videos with their clips, prompts, recipes and given files: those that `query`
 * finds (parameters of GET /v1/videos, or `ids`). */
export function exportVideos(query) {
  const search = new URLSearchParams(query).toString();
  const path = `v1/videos/export${search && `?${search}`}`;
  const name = exportName();
  if (key()) return fetchAndSave(path, name, "export");
  save(path, name); // the browser writes it to the disk while it is read
  toast(t("library.exporting"));
}
