// Brings an archive of clips and pictures into the library: the server reads what its text files say
// about them, then each file is sent once.

import { postForm, postJson } from "./api.js";
import { follow, learn } from "./library.js";
import { change, state } from "./state.js";

const MEDIA = /\.(mp4|mov|m4v|webm|mkv|png|jpe?g|webp)$/i;
const SIDECAR = /\.(json|jsonl|ndjson|csv|tsv|txt)$/i;
const MOST_TEXT = 16 * 2 ** 20; // bytes of all text files that are sent together
const MOST_FILE = 95 * 2 ** 20; // bytes of a file that the server takes
const AT_ONCE = 2;

// {phase: "reading" | "sending" | "done", done, total, counts, problems: [{path, reason}]}
state.importing = null;
let stopped = false;

/** The files of a drop, those in folders included, as `{path, file}`. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return;
    for (const each of part) await walk(each, found);
  }
}

/** The files of an `<input type="file">`, as `{path, file}`. */
export const chosenFiles = (list) =>
  [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

export function stopImport() {
  stopped = true;
}

/** Imports files; what becomes of them is in `state.importing`. */
export async function importFiles(files) {
  if (state.importing && state.importing.phase !== "done") return;
  stopped = false;
  const run = { phase: "reading", done: 0, total: 0, counts: { imported: 0, present: 0, trashed: 0 }, problems: [] };
  change({ importing: run });
  const note = (path, reason) => change(() => run.problems.push({ path, reason }));
  try {
    const items = await planned(files, note);
    change(() => Object.assign(run, { phase: "sending", total: items.length }));
    const waiting = items.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => sendAll(waiting, run, note)));
  } catch (error) {
    note("", error.message);
  }
  change(() => Object.assign(run, { phase: "done" }));
  follow();
}

/** What is to be sent: `{path, file, fields}`. */
async function planned(files, note) {
  const byPath = new Map(files.map((each) => [each.path, each.file]));
  const media = [...byPath.keys()].filter((path) => MEDIA.test(path));
  const sidecars = {};
  let size = 0;
  for (const [path, file] of byPath) {
    if (!SIDECAR.test(path)) continue;
    size += file.size;
    if (size <= MOST_TEXT) sidecars[path] = await file.text();
  }
  if (!media.length) return [];
  const plan = await postJson("v1/videos/imports/plan", { media, sidecars });
  for (const { path, reason } of plan.unreadable) note(path, reason);
  return plan.data.map(({ path, fields }) => ({ path, fields, file: byPath.get(path) }));
}

async function sendAll(items, run, note) {
  for (const { path, file, fields } of items) {
    if (stopped) return;
    try {
      if (file.size > MOST_FILE) throw new Error("it is larger than 95 MB: use `sorairo import`");
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) {
        form.append(name, Array.isArray(value) ? JSON.stringify(value) : value);
      }
      form.append("path", path);
      form.append("video", file, "clip");
      const { outcome, video } = await postForm("v1/videos/imports", form);
      if (outcome !== "trashed") learn([video]);
      change(() => {
        run.counts[outcome] += 1;
      });
    } catch (error) {
      note(path, error.message);
      if (error.status === 0 || error.status === 401 || error.status === 507) {
        stopped = true; // the others would fail, too
      }
    }
    change(() => {
      run.done += 1;
    });
  }
}
