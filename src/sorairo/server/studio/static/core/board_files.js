// The files of a storyboard: pictures and clips of its cards, and the TOML file with what it names.

import { attempt } from "./actions.js";
import { getBlob, postJson } from "./api.js";
import { charactersOf, hasFootage, tableOf, takeTable, toToml, undoBoard } from "./board.js";
import { store } from "./draft.js";
import { t } from "./i18n.js";
import { videoOf } from "./library.js";
import { go } from "./router.js";
import { readCharacters } from "./server.js";
import { change, state } from "./state.js";
import { toast } from "./toasts.js";
import { save } from "../media/export.js";
import { lengthOf } from "../views/tile.js";

const pictures = new Map(); // addresses of stored files

/** The address of a stored file, as soon as it has been read. */
export function addressOf(file) {
  if (!pictures.has(file)) {
    pictures.set(file, "");
    getBlob(`v1/files/${file}/content`).then(
      (blob) => change(() => pictures.set(file, URL.createObjectURL(blob))),
      () => {}, // it has expired: the request will say so
    );
  }
  return pictures.get(file);
}

/** A card lasts as long as its clip, until somebody says otherwise. */
export const lasting = (seconds) => (Number.isFinite(seconds) ? { seconds: Math.round(seconds * 1000) / 1000 } : {});

/** What a card takes of a file. */
export async function stored(file) {
  const { kind, name, file_id, seconds } = await store(file);
  return { kind, name, file: file_id, video: "", ...lasting(seconds) };
}

/** The name of a card's file beside the TOML file. */
function fileName(card) {
  if (card.video) return `${card.video}.${card.kind === "clip" ? "mp4" : "webp"}`;
  const isTaken = state.board.cards.some((other) => other.name === card.name && other.file !== card.file);
  return isTaken ? `${card.id}-${card.name}` : card.name;
}

/** Saves the storyboard as TOML, and the files that it names beside it. */
export const saveBoard = () =>
  attempt(async () => {
    const files = new Map(); // addresses by name
    const character = [];
    for (const { id, name } of charactersOf(state.board)) {
      const blob = await getBlob(`v1/videos/characters/${id}/content`);
      const clip = `${id}.${blob.type.split("/")[1]}`;
      files.set(clip, blob);
      character.push({ name, clip });
    }
    for (const card of state.board.cards) {
      if (!hasFootage(card) || !(card.video || card.file) || files.has(fileName(card))) continue;
      const variant = card.kind === "clip" ? "video" : "thumbnail";
      files.set(fileName(card), await getBlob(card.video ? `v1/videos/${card.video}/content?variant=${variant}` : `v1/files/${card.file}/content`));
    }
    const toml = toToml({ ...tableOf(state.board, fileName), character });
    save(new Blob([toml], { type: "application/toml" }), "storyboard.toml");
    for (const [name, blob] of files) save(blob, name);
  });

/** What a card takes of the file that it names: a clip of the library, or a file that came with it. */
async function found(name, files) {
  const id = name.replace(/\..*$/, "");
  const [video, file] = [videoOf(id), files.find((each) => each.name === name)];
  if (video) return { video: id, ...lasting(lengthOf(video)) };
  return file && stored(file);
}

/** The id of the character that a file names; one that is not kept yet is, with its file. */
async function kept({ name, clip }, files) {
  const known = state.server.characters.find((each) => each.name === name);
  const file = files.find((each) => each.name === clip);
  if (known || !file) return known?.id;
  const form = new FormData();
  form.append("name", name);
  form.append("video", file, file.name);
  return (await postJson("v1/videos/characters", form)).id;
}

/** Takes over a table, whose cards the server places in time. */
async function take(table, files, named) {
  const { times } = await postJson("v1/storyboards/readings", { toml: JSON.stringify(table) });
  takeTable(table, times, files, named);
}

/** Opens a TOML file, which comes with the files that it names. */
export async function openBoard(files) {
  const board = files.find((file) => file.name.endsWith(".toml"));
  if (!board) return toast(t("storyboard.noToml"), { kind: "bad" });
  return attempt(async () => {
    const { table } = await postJson("v1/storyboards/readings", { toml: await board.text() });
    const [values, named, missing] = [{}, [], []];
    for (const card of table.card) {
      const name = card.picture ?? card.clip;
      if (name) values[name] ??= (await found(name, files)) ?? (missing.push(name), { name });
      if (card.clip && !card.seconds && !card.end) card.seconds = (values[name].seconds ?? 2) + (card.at ?? 0);
    }
    if (table.character) await readCharacters(); // others may have changed them
    for (const each of table.character ?? []) {
      const id = await kept(each, files);
      if (id) named.push(id);
      else missing.push(each.clip);
    }
    if (named.length) await readCharacters();
    await take(table, values, named);
    toast(t("storyboard.loaded", { n: table.card.length }));
    if (missing.length) toast(t("storyboard.missing", { names: missing.join(", ") }), { kind: "bad" });
  });
}

/** What a card takes of a file that a video was made from: a clip of the library, or the file itself. */
async function given(id, { number, video_id: source }) {
  if (source && videoOf(source)) return { video: source };
  const blob = await getBlob(`v1/videos/${id}/inputs/${number}`);
  return stored(new File([blob], `${id}-${number}.${blob.type.split("/")[1]}`, { type: blob.type }));
}

/** Opens the storyboard of a recipe, with its pictures, clips and characters. */
export const openMade = ({ id, prompt, body, inputs, request }) =>
  attempt(async () => {
    const { card: made, ...whole } = body.storyboard;
    const written = prompt.startsWith("{") ? JSON.parse(prompt) : { ...whole, card: made };
    const settings = ["style", "negative", "fps", "steps", "guidance"].filter((name) => request[name]).map((name) => [name, request[name]]);
    const table = { ...Object.fromEntries(settings), ...written, size: body.size, seed: body.seed };
    const files = {};
    for (const each of inputs) {
      const [, at, kind] = /card\[(\d+)\]\.(\w+)/.exec(each.field) ?? [];
      if (!kind) continue;
      files[each.field] = await given(id, each);
      const card = table.card[at];
      card[kind] = each.field;
      if (kind === "clip" && !card.end) card.seconds ??= made[at].end - made[at].start;
    }
    const named = (body.characters ?? []).map((each) => each.id);
    await take(table, files, named);
    go("storyboard");
    toast(t("storyboard.loaded", { n: made.length }), { action: { label: t("common.undo"), run: undoBoard } });
  });
