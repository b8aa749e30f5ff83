// The storyboard that is being written: cards with their lengths, kept in this browser.
//
// `pause` is time before a card that no card covers: the card before it goes on, as in the TOML files
// of `sorairo storyboard`, where such a card has a `start`.

import { recall, remember } from "./settings.js";
import { change, state } from "./state.js";

const SHORTEST = 0.5; // seconds of a card
const STEP = 0.25; // seconds by which lengths change
const MOST_UNDO = 50;

const newId = () => Math.random().toString(36).slice(2, 10);

const newCard = (values = {}) => ({
  id: newId(), prompt: "", seconds: 2, pause: 0, cut: true, kind: "text", video: "", file: "", name: "", at: 0, style: "", ...values,
});

// `named` are the ids of the characters of a TOML file; `more` are its settings that have no field.
const fresh = () => ({ size: "512x512", seed: null, style: "", prompt: "", named: [], more: {}, cards: [newCard(), newCard()] });

state.board = { ...fresh(), ...recall("board", {}) };
state.board.cards = state.board.cards.map(newCard);
state.boardCard = state.board.cards[0]?.id ?? "";
const undone = [];

const copy = (board) => JSON.parse(JSON.stringify(board));

/** Changes the storyboard; `undoBoard` takes it back. */
export function editBoard(what, { keep = true } = {}) {
  if (keep) {
    undone.push(copy(state.board));
    if (undone.length > MOST_UNDO) undone.shift();
  }
  change(() => what(state.board));
  remember("board", state.board);
}

export const canUndo = () => undone.length > 0;

export function undoBoard() {
  const before = undone.pop();
  if (!before) return;
  change({ board: before });
  remember("board", before);
}

export const emptyBoard = () => {
  editBoard((board) => Object.assign(board, fresh()));
  selectCard(state.board.cards[0].id);
};

export const selectCard = (id) => change({ boardCard: id });
export const cardOf = (id) => state.board.cards.find((card) => card.id === id);
export const placeOf = (id) => state.board.cards.findIndex((card) => card.id === id);

const rounded = (value) => Math.round(value / STEP) * STEP;

/** The length of all: cards and the pauses before them. */
export const total = (board = state.board) => board.cards.reduce((sum, card) => sum + card.pause + card.seconds, 0);

export const setCard = (id, values, options) => editBoard(() => Object.assign(cardOf(id) ?? {}, values), options); // a file may come late

export function stretch(id, seconds, options) {
  setCard(id, { seconds: Math.max(SHORTEST, rounded(seconds)) }, options);
}

export function addCard(values = {}, after = state.boardCard) {
  const card = newCard(values);
  editBoard((board) => board.cards.splice(placeOf(after) + 1 || board.cards.length, 0, card));
  selectCard(card.id);
}

export function duplicate(id) {
  const { id: old, ...rest } = cardOf(id);
  addCard(rest, old);
}

export function removeCard(id) {
  if (!state.board.cards[1]) return; // the last one
  const place = placeOf(id);
  editBoard((board) => board.cards.splice(place, 1));
  selectCard(state.board.cards[Math.min(place, state.board.cards.length - 1)]?.id ?? "");
}

/** Puts a card at another place; `place` counts the cards without it. */
export function moveCard(id, place) {
  const from = placeOf(id);
  const to = Math.max(0, Math.min(place, state.board.cards.length - 1));
  if (from === to) return;
  editBoard((board) => board.cards.splice(to, 0, board.cards.splice(from, 1)[0]));
}

/** Whether a card shows a picture or a clip. */
export const hasFootage = (card) => card.kind === "picture" || card.kind === "clip";

const mentions = (text, { name }) => text.toLowerCase().includes(name.toLowerCase());

/** The kept characters that a card names; without one, those of the storyboard. */
export const charactersOf = (board, card) =>
  state.server.characters.filter((each) =>
    card
      ? mentions(card.prompt, each)
      : [board, ...board.cards].some(({ kind, prompt }) => (kind === "character" || board.named.includes(each.id)) && mentions(prompt, each)),
  );

/** The storyboard as the field `storyboard` of a request, or as the table of a TOML file. */
export function tableOf(board, footage) {
  let now = 0;
  const card = board.cards.map((each) => {
    now += each.pause;
    const start = now;
    now += each.seconds;
    const table = { prompt: each.prompt.trim() };
    if (each.pause) Object.assign(table, { start, end: now });
    else table.seconds = each.seconds;
    if (!each.cut) table.cut = false;
    if (each.style) table.style = each.style;
    if (hasFootage(each)) {
      table[each.kind === "clip" ? "clip" : "picture"] = footage(each);
      if (each.at) table.at = each.at;
    }
    return table;
  });
  const table = { size: board.size };
  if (board.seed !== null && board.seed !== "") table.seed = Number(board.seed);
  if (board.style) table.style = board.style;
  if (board.prompt.trim()) table.prompt = board.prompt.trim();
  return { ...table, ...board.more, card };
}

/** What a request needs of a card's picture or clip. */
const footageOf = (card) => (card.video ? { id: card.video } : { file_id: card.file });

/** The body of the request that makes a storyboard. */
export function bodyOf(board) {
  const characters = charactersOf(board).map(({ id }) => ({ id }));
  return { storyboard: tableOf(board, footageOf), ...(characters.length && { characters }) };
}

/** Takes over the table of a TOML file, whose cards are at `times`; `files` are the values of cards by the
 * names in it, `named` the ids of its characters. */
export function takeTable({ card: written, size, seed = null, style = "", prompt = "", seconds = 0, character, ...more }, times, files, named) {
  let now = 0;
  const cards = written.map((each, at) => {
    const [start, end] = times[at];
    const { picture, clip, seconds: _, start: __, end: ___, ...rest } = each;
    const card = newCard({
      ...rest,
      ...files[picture ?? clip],
      pause: start - now,
      seconds: (at === written.length - 1 ? Math.max(end, seconds) : end) - start,
      kind: picture ? "picture" : clip ? "clip" : "text",
    });
    now = end;
    return card;
  });
  editBoard((board) => {
    Object.assign(board, { size: size ?? board.size, seed, style, prompt, more, named, cards });
    for (const card of cards) {
      if (card.kind === "text" && charactersOf(board, card).some(({ id }) => named.includes(id))) card.kind = "character";
    }
  });
  selectCard(cards[0].id);
}

const text = (value) => JSON.stringify(value); // a basic string of TOML is one of JSON
const line = ([name, value]) => `${name} = ${typeof value === "string" ? text(value) : value}`;

/** The table as TOML, as `sorairo storyboard` reads it. */
export function toToml({ character = [], card, ...rest }) {
  const parts = [Object.entries(rest).map(line).join("\n")];
  for (const [name, tables] of Object.entries({ character, card })) {
    for (const each of tables) parts.push([`[[${name}]]`, ...Object.entries(each).map(line)].join("\n"));
  }
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
