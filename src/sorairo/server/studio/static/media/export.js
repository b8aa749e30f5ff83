// Everything that belongs to videos, as a folder: clips, prompts and how they were made. The folder
// is written where the user says if the browser can do that, else it is one ZIP file.

import { getBlob, getJson } from "../core/api.js";
import { t } from "../core/i18n.js";
import { change, state } from "../core/state.js";
import { toast } from "../core/toasts.js";
import { Zip } from "./zip.js";

state.exporting = null; // {done, total}

/** Offers a Blob as a download. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const COLUMNS = ["id", "file", "prompt", "size", "seconds", "seed", "model", "created_at"];
const quoted = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;

/** `prompts.csv` (RFC 4180) of videos. */
export const promptsTable = (videos) =>
  [COLUMNS.join(","), ...videos.map((video) => COLUMNS.map((name) => quoted({ ...video, file: `${video.id}.mp4` }[name])).join(","))]
    .join("\r\n");

/** What is kept of a video beside its clip: without the address, which may hold a signature. */
export function recordOf(video) {
  const { url, queue_position, estimated_seconds, ...rest } = video;
  return { ...rest, file: `${video.id}.mp4` };
}

/** Exports finished videos: `index.json`, `prompts.csv`, and of each the clip and its recipe. */
export async function exportVideos(list) {
  const videos = list.filter((video) => video.status === "completed");
  if (!videos.length || state.exporting) return;
  let target;
  try {
    target = await chooseTarget();
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message, { kind: "bad" });
    return; // nobody chose a folder
  }
  change({ exporting: { done: 0, total: videos.length } });
  try {
    await target.add("index.json", JSON.stringify(videos.map(recordOf), null, 2));
    await target.add("prompts.csv", promptsTable(videos));
    for (const video of videos) {
      await target.add(`${video.id}.mp4`, await getBlob(`v1/videos/${video.id}/content`));
      const recipe = await getJson(`v1/videos/${video.id}/recipe`);
      await target.add(`${video.id}.json`, JSON.stringify({ ...recordOf(video), recipe }, null, 2));
      change(({ exporting }) => {
        exporting.done += 1;
      });
    }
    await target.end();
    toast(t("library.exported", { n: videos.length }));
  } catch (error) {
    toast(error.message, { kind: "bad" });
  }
  change({ exporting: null });
}

async function chooseTarget() {
  if (!window.showDirectoryPicker) return zipTarget();
  const folder = await window.showDirectoryPicker({ mode: "readwrite", id: "sorairo" });
  return {
    async add(name, content) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await file.write(content);
      await file.close();
    },
    async end() {},
  };
}

function zipTarget() {
  const zip = new Zip();
  return {
    add: (name, content) => zip.add(name, content),
    async end() {
      save(zip.blob(), `sorairo-${new Date().toISOString().slice(0, 10)}.zip`);
    },
  };
}
