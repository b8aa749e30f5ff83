// The storyboard: cards on a timeline, which are dragged, stretched, duplicated, and made into one clip.

import "../elements/picture.js";
import {
  attempt, change, duration, follow, go, html, icon, learn, live, nothing, postOnce, repeat, seconds, state, t,
  videoOf,
} from "../core/view.js";
import {
  addCard, bodyOf, canUndo, cardOf, charactersOf, duplicate, emptyBoard, hasFootage, moveCard, placeOf, removeCard, editBoard,
  selectCard, setCard, stretch, total, undoBoard,
} from "../core/board.js";
import { addressOf, lasting, openBoard, saveBoard, stored } from "../core/board_files.js";
import { choice, costText, fileButton, seedField, sizeName, styleName, textField } from "./fields.js";
import { pickClip } from "./pick.js";
import { lengthOf } from "./tile.js";

const SIZES = ["512x512", "1280x720", "720x1280", "640x360"];
const SCALE = 72; // pixels of a second on the timeline
const SLACK = 4; // pixels of a pointer that is only clicking
const HOLD = 300; // milliseconds for which a finger rests on a card that it is going to move
const NUDGE = 0.25; // seconds of an arrow key

state.boardBusy = false;
let drag = null; // {id, mode, x, seconds, moved, kept, held}; `held` is when it may begin to move

// --- dragging and stretching

function onDown(event, id, mode) {
  if (event.button) return;
  const held = event.timeStamp + (event.pointerType === "touch" && mode === "move" ? HOLD : 0);
  drag = { id, mode, x: event.clientX, seconds: cardOf(id).seconds, moved: false, kept: false, held };
  event.currentTarget.setPointerCapture(event.pointerId);
  event.stopPropagation();
}

function onMove(event) {
  if (!drag) return;
  const moved = event.clientX - drag.x;
  if (!drag.moved && Math.abs(moved) < SLACK) return;
  if (!drag.moved && event.timeStamp < drag.held) return cancel(); // a finger that scrolls
  drag.moved = true;
  if (drag.mode === "stretch") {
    stretch(drag.id, drag.seconds + moved / SCALE, { keep: !drag.kept });
    drag.kept = true;
    return;
  }
  const others = [...event.currentTarget.closest(".timeline").querySelectorAll(".board-card")];
  const place = others.filter((each) => {
    const box = each.getBoundingClientRect();
    return each.dataset.card !== drag.id && box.left + box.width / 2 < event.clientX;
  }).length;
  moveCard(drag.id, place);
}

/** A finger that has rested on a card moves it, and does not scroll. */
function onTouch(event) {
  if (drag && event.timeStamp >= drag.held) event.preventDefault();
}

const cancel = () => (drag = null);

function onUp() {
  if (drag && !drag.moved) selectCard(drag.id);
  drag = null;
}

function focusSoon(id) {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-card="${id}"]`)?.focus()));
}

function onKey(event, id) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.altKey) moveCard(id, placeOf(id) + step);
  else if (step && event.shiftKey) stretch(id, cardOf(id).seconds + step * NUDGE);
  else if (step) {
    const next = state.board.cards[placeOf(id) + step];
    if (next) selectCard(next.id);
  } else if (event.key === "Delete" || event.key === "Backspace") removeCard(id);
  else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) duplicate(id);
  else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undoBoard();
  else if (event.key === "Enter" || event.key === " ") document.getElementById("card-prompt")?.focus();
  else return;
  event.preventDefault();
  focusSoon(state.boardCard);
}

// --- the timeline

const pause = (card) =>
  card.pause ? html`<div class="board-pause" aria-hidden="true" .seconds=${card.pause}><span class="small">${seconds(card.pause)}</span></div>` : nothing;

const footage = (card) => {
  if (!hasFootage(card)) return nothing;
  const video = card.video && videoOf(card.video);
  if (video) return html`<so-picture .video=${video}></so-picture>`;
  const address = card.file && addressOf(card.file);
  if (!address) return nothing;
  return card.kind === "clip" ? html`<video src=${address} muted preload="metadata"></video>` : html`<img src=${address} alt="" />`;
};

const cardView = (card, number) => html`
  ${pause(card)}
  <div class="board-card ${card.cut ? "" : "joins"}" tabindex=${state.boardCard === card.id ? 0 : -1} data-card=${card.id}
    role="option" aria-selected=${state.boardCard === card.id} .seconds=${card.seconds}
    @pointerdown=${(event) => onDown(event, card.id, "move")} @pointermove=${onMove} @pointerup=${onUp} @pointercancel=${cancel} @touchmove=${onTouch} @contextmenu=${(event) => drag && event.preventDefault()}
    @keydown=${(event) => onKey(event, card.id)} @focus=${() => state.boardCard === card.id || selectCard(card.id)}>
    <span class="hidden">${t("storyboard.card", { n: number + 1 })}:</span>
    ${footage(card)}
    <span class="board-text">${card.prompt || html`<span class="muted">${t(`storyboard.${card.kind}`)}</span>`}</span>
    <span class="board-seconds small">${seconds(card.seconds)}</span>
    <span class="board-handle" aria-hidden="true" @pointerdown=${(event) => onDown(event, card.id, "stretch")}
      @pointermove=${onMove} @pointerup=${onUp} @pointercancel=${onUp}></span>
  </div>
`;

/** Widths follow the lengths after each drawing: templates may not write styles. */
function measure() {
  for (const each of document.querySelectorAll(".board-card, .board-pause")) {
    const wanted = `${Math.max(0.5, each.seconds) * SCALE}px`;
    if (each.style.width !== wanted) each.style.width = wanted;
  }
}

const timeline = (board) => {
  requestAnimationFrame(measure);
  return html`
    <div class="timeline">
      <div class="board-cards" role="listbox" aria-orientation="horizontal" aria-label=${t("storyboard.timeline")}>
        ${repeat(board.cards, (card) => card.id, cardView)}
      </div>
      <button class="board-add" aria-label=${t("storyboard.add")} title=${t("storyboard.add")} @click=${() => addCard({}, board.cards.at(-1)?.id)}><span class="glyph" aria-hidden="true">+</span></button>
    </div>
    <p class="muted small">${t(matchMedia("(hover: none)").matches ? "storyboard.touch" : "storyboard.keys")}</p>
  `;
};

// --- one card

const takeFile = ([file]) =>
  attempt(async () => {
    const id = state.boardCard;
    setCard(id, await stored(file));
  });

function takeVideo({ id, kind, at }, video) {
  setCard(id, { video, file: "", ...(kind === "clip" && lasting(lengthOf(videoOf(video)) + at)) });
}

const choose = (name, label, value, values, write, onChange) => choice({ name, label, value, values, write, onChange });

// What is typed stays while the page is drawn again: the value is set only where it has changed.
function readNumber(field) {
  const read = Math.max(0, Number(field.value) || 0);
  field.value = String(read);
  return read;
}

const numberField = (text, value, step, onChange) => html`
  <label class="field"><span>${text}</span>
    <input type="number" min="0" step=${step} .value=${String(value)} @change=${(event) => onChange(readNumber(event.target))} />
  </label>
`;

const media = (card) => html`
    <div class="field"><span class="small muted">${card.file ? card.name : ""}</span>${fileButton(html`${icon("picture")} ${t("storyboard.upload")}`, takeFile, { label: t("storyboard.upload"), accept: card.kind === "clip" ? "video/*" : "image/png,image/jpeg,image/webp" })}</div>
    ${numberField(t("storyboard.at"), card.at, 0.25, (at) => setCard(card.id, { at }))}
`;

const fromLibrary = (card) =>
  pickClip({
    key: card.id,
    label: t("storyboard.fromLibrary"),
    value: card.video,
    onChange: (id) => takeVideo(card, id),
  });

const cardForm = (card, number) => html`
  <section class="card stack board-form" aria-label=${t("storyboard.card", { n: number + 1 })}>
    <div class="view-head">
      <h2>${t("storyboard.card", { n: number + 1 })}</h2>
      <button class="quiet" @click=${() => duplicate(card.id)}>${t("storyboard.duplicate")}</button>
      <button class="quiet danger" ?disabled=${state.board.cards.length < 2} @click=${() => removeCard(card.id)}>${icon("trash")} ${t("common.delete")}</button>
    </div>
    <label class="field wide"><span>${t("tools.prompt")}</span>
      <textarea id="card-prompt" rows="2" .value=${live(card.prompt)} @input=${(event) => setCard(card.id, { prompt: event.target.value }, { keep: false })}></textarea>
    </label>
    <div class="board-fields">
      ${choose("kind", t("storyboard.shows"), card.kind, ["text", "picture", "clip", "character"], (kind) => t(`storyboard.${kind}`), (kind) => setCard(card.id, { kind }))}
      ${numberField(t("compose.seconds"), card.seconds, 0.25, (value) => stretch(card.id, value))}
      ${numberField(t("storyboard.pause"), card.pause, 0.25, (value) => setCard(card.id, { pause: value }))}
      ${choose("cut", t("storyboard.begins"), String(card.cut), ["true", "false"], (cut) => t(cut === "true" ? "storyboard.cut" : "storyboard.joins"), (cut) => setCard(card.id, { cut: cut === "true" }))}
      ${hasFootage(card) ? media(card) : nothing}
    </div>
    ${hasFootage(card) ? fromLibrary(card) : nothing}
    ${card.kind === "character" ? chooseCharacter(card) : nothing}
  </section>
`;

/** A character is in the storyboard where the prompt of such a card has its name. */
function putCharacter(card, each) {
  if (!charactersOf(state.board, card).includes(each)) setCard(card.id, { prompt: `${each.name} ${card.prompt}`.trim() });
}

const chooseCharacter = (card) => html`<p class="row"><span class="muted small">${t("storyboard.characters")}</span>
  ${state.server.characters.map((each) => html`<button class="chip" @click=${() => putCharacter(card, each)}>${icon("character")} ${each.name}</button>`)}
  ${state.server.characters.length ? nothing : t("storyboard.noCharacters")}</p>`;

// --- all of it

const problemOf = (board) => {
  const empty = board.cards.findIndex((card) => !card.prompt.trim() && card.kind === "text" && (card.cut || card === board.cards[0]));
  if (empty >= 0) return t("storyboard.isEmpty", { n: empty + 1 });
  const without = board.cards.findIndex((card) => hasFootage(card) ? !card.video && !card.file : card.kind === "character" && !charactersOf(board, card).length);
  if (without >= 0) return t("storyboard.isWithout", { n: without + 1 });
  const length = total(board);
  return length > state.server.maxSeconds ? t("storyboard.isLong", { seconds: duration(state.server.maxSeconds) }) : "";
};

async function make() {
  change({ boardBusy: true });
  await attempt(async () => {
    const video = await postOnce("v1/videos", bodyOf(state.board));
    learn([video]);
    follow();
    go("clip", [video.id]);
  });
  change({ boardBusy: false });
}

const set = (values, options) => editBoard((all) => Object.assign(all, values), options);

const setup = (board) => html`
  <div class="board-fields">
    ${choose("size", t("compose.size"), board.size, [...new Set([board.size, ...SIZES])], sizeName, (size) => set({ size }))}
    ${choose("style", t("compose.style"), board.style, ["", ...state.server.styles], styleName, (style) => set({ style }))}
    ${seedField(board.seed, (text) => set({ seed: text === "" ? null : Number(text) }, { keep: false }))}
    ${textField({ label: t("storyboard.everywhere"), value: board.prompt, placeholder: t("storyboard.everywhereHint"), onChange: (prompt) => set({ prompt }), kind: "grow" })}
  </div>
`;

export const storyboard = {
  title: () => t("storyboard.title"),
  draw: () => {
    const { board } = state;
    const chosen = placeOf(state.boardCard);
    const problem = problemOf(board);
    return html`
      <div class="view-head">
        <h1>${t("storyboard.title")}</h1>
        <p class="muted">${t("storyboard.total", { n: board.cards.length, seconds: seconds(total(board)) })}</p>
        <div class="row board-tools">
          <button class="quiet" ?disabled=${!canUndo()} @click=${undoBoard}>${t("common.undo")}</button>
          <button class="quiet" @click=${emptyBoard}>${t("storyboard.new")}</button>
          ${fileButton(t("storyboard.open"), openBoard, { kind: "quiet", label: t("storyboard.open"), accept: ".toml,image/*,video/*", isMultiple: true })}
          <button class="quiet" @click=${saveBoard}>${icon("download")} ${t("storyboard.save")}</button>
        </div>
      </div>
      ${setup(board)}
      ${timeline(board)}
      ${chosen >= 0 ? cardForm(board.cards[chosen], chosen) : nothing}
      <div class="row">
        <button class="primary" ?disabled=${Boolean(problem) || state.boardBusy} @click=${make}>${icon("create")} ${t("storyboard.make")}</button>
        ${problem
          ? html`<span class="muted" role="status">${problem}</span>`
          : costText("v1/videos", bodyOf(board))}
      </div>
    `;
  },
};
