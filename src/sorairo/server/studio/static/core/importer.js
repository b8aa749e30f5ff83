// Brings an archive of clips and pictures into the library: the server reads what its text files say
// about them, then each file is sent once.

import { postJson } from "./api.js";
import { t } from "./i18n.js";
import { follow, learn } from "./library.js";
import { reasonOf } from "./said.js";
import { change, state } from "./state.js";
import { zipFiles } from "./zip.js";

const MEDIA = /\.(mp4|mov|m4v|webm|mkv|png|jpe?g|webp)$/i;
const SIDECAR = /\.(jsonl?|ndjson|[ct]sv|txt)$/i;
// Files whose content alone says whether they are media, and how that begins.
const UNNAMED = /(\.dat|(^|\/)[^./]+)$/i;
const BEGINS = /^(\x89PNG|\xff\xd8\xff|RIFF.{4}WEBP|\x1a\x45\xdf\xa3|.{4}(ftyp|moov|mdat|wide|free|skip))/s;
const MOST_TEXT = 16 * 2 ** 20; // bytes of the text files that are sent together
const MOST_FILE = 4 * 2 ** 30 - 2 ** 20; // bytes of a file that the server takes
const ZIP = /\.zip$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX)/;
const AT_ONCE = 2;

// {phase: "reading" | "sending" | "done", done, total, counts, silent, problems: [{path, reason}]},
// where `silent` is how many imported clips have no prompt
state.importing = null;
let stopped = false;
let readers; // of all files, by their paths

const ofFile = (path, file) => ({ path, size: file.size, read: () => file });

/** The files of a drop, those in folders included, as `{path, size, read()}`. */
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
    found.push(ofFile(entry.fullPath.replace(/^\//, ""), file));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return;
    for (const each of part) await walk(each, found);
  }
}

/** The files of an `<input type="file">`, likewise. */
export const chosenFiles = (list) => list.map((file) => ofFile(file.webkitRelativePath || file.name, file));

/** The same files, with those that are in zip files in place of these, and without hidden ones. */
async function opened(files, note) {
  const found = [];
  for (const each of files) {
    if (!ZIP.test(each.path)) {
      found.push(each);
      continue;
    }
    try {
      const inside = await zipFiles(await each.read());
      const folder = files.length > 1 ? `${each.path.replace(ZIP, "")}/` : "";
      found.push(...inside.map((entry) => ({ ...entry, path: folder + entry.path })));
    } catch (error) {
      note(each.path, error.message);
    }
  }
  return found.filter(({ path }) => !HIDDEN.test(path));
}

export function stopImport() {
  stopped = true;
}

/** Imports files; what becomes of them is in `state.importing`. */
export async function importFiles(files) {
  if ((state.importing?.phase ?? "done") !== "done") return;
  stopped = false;
  const run = { phase: "reading", done: 0, total: 0, counts: { imported: 0, present: 0, trashed: 0 }, silent: 0, problems: [] };
  change({ importing: run });
  const note = (path, reason) => change(() => run.problems.push({ path, reason }));
  try {
    const items = await planned(await opened(files, note), note);
    change(() => Object.assign(run, { phase: "sending", total: items.length }));
    const waiting = items.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => sendAll(waiting, run, note)));
  } catch (error) {
    note("", error.message);
  }
  change(() => Object.assign(run, { phase: "done" }));
  follow();
}

async function isMedia({ path, read }) {
  if (!UNNAMED.test(path)) return MEDIA.test(path);
  const head = await (await read()).slice(0, 16).arrayBuffer();
  return BEGINS.test(String.fromCharCode(...new Uint8Array(head)));
}

/** The bytes of a text as a string in JSON. */
const sizeOf = (text) => new Blob([JSON.stringify(text)]).size;

/** A text as pieces that can be sent: a long list, or the longest one in an object, is divided. */
function* pieces(path, text) {
  if (sizeOf(text) <= MOST_TEXT) {
    yield text;
    return;
  }
  const value = JSON.parse(text);
  const lists = Object.entries(Array.isArray(value) ? { "": value } : value).filter(([, each]) => Array.isArray(each));
  const [name, list] = lists.sort((a, b) => b[1].length - a[1].length)[0] ?? ["", []];
  let [piece, size] = [[], 0];
  const whole = () => JSON.stringify(name ? { ...value, [name]: piece } : piece);
  for (const each of list) {
    const more = sizeOf(JSON.stringify(each));
    if (size + more > MOST_TEXT) {
      yield whole();
      [piece, size] = [[], 0];
    }
    piece.push(each);
    size += more;
  }
  yield whole();
}

/** What is to be sent: `{path, size, read(), fields}`. What the text files say is asked for in as many
 * parts as it takes; the smallest, which are about single clips, come first. */
async function planned(files, note) {
  readers = new Map(files.map(({ path, read }) => [path, read]));
  const media = [];
  for (const each of files) if (await isMedia(each)) media.push(each.path);
  if (!media.length) return [];
  const [found, others] = [new Map(), new Set()];
  let [sidecars, size] = [{}, 0];
  const ask = async () => {
    const plan = await postJson("v1/videos/imports/plan", { media, sidecars });
    for (const each of plan.unreadable) note(each.path, reasonOf(each));
    for (const each of plan.data) {
      found.set(each.path, { inputs: each.inputs, ...each.fields, ...found.get(each.path) });
      each.others.forEach((path) => others.add(path));
    }
    [sidecars, size] = [{}, 0];
  };
  for (const { path, read } of files.filter((each) => SIDECAR.test(each.path)).sort((a, b) => a.size - b.size)) {
    try {
      for (const piece of pieces(path, await (await read()).text())) {
        const more = sizeOf(piece);
        if (more > MOST_TEXT) throw new Error(t("import.tooMuchText"));
        if (size + more > MOST_TEXT) await ask();
        sidecars[path] = piece;
        size += more;
      }
    } catch (error) {
      if (error.status !== undefined) throw error;
      note(path, error instanceof SyntaxError ? t("import.tooMuchText") : error.message);
    }
  }
  await ask();
  return files.filter(({ path }) => found.has(path) && !others.has(path)).map((each) => ({ ...each, fields: found.get(each.path) }));
}

async function sendAll(items, run, note) {
  for (const { path, size, read, fields } of items) {
    if (stopped) return;
    try {
      if (size > MOST_FILE) throw new Error(t("import.tooLarge"));
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, path })) {
        if (name === "inputs") for (const each of value) form.append(name, await readers.get(each)(), name);
        else form.append(name, value instanceof Object ? JSON.stringify(value) : value);
      }
      form.append("video", await read(), "clip");
      const { outcome, video } = await postJson("v1/videos/imports", form);
      if (outcome !== "trashed") learn([video]);
      change(() => {
        run.counts[outcome] += 1;
        if (outcome === "imported" && !video.prompt) run.silent += 1;
      });
    } catch (error) {
      note(path, error.message);
      if ([0, 401, 507].includes(error.status)) stopped = true; // the others would fail, too
    }
    change(() => (run.done += 1));
  }
}
