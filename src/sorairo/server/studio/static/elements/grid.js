// <so-grid .tile=${(id) => template} .items=${ids}>: a grid of which only the rows near the visible part
// of the page exist, so that thousands of clips scroll smoothly. It is drawn when it gets its items.

import { html, render, repeat } from "../core/lit.js";

const GAP = 16; // pixels between tiles
const WIDTH = 240; // the least width of a tile
const NARROW_WIDTH = 156; // on a phone: two beside each other
const CAPTION = 44; // pixels below a picture
const BEYOND = 2; // rows above and below what is visible

class Grid extends HTMLElement {
  #items = [];
  #draw = () => "";
  #frame = 0;
  #shown = "";
  #window;
  #slots = new Map(); // of the ids that are shown: what a tile showed is used again for another one
  #sizes = new ResizeObserver(() => this.#layOut(true));
  #onScroll = () => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#layOut(false);
    });
  };

  set items(items) {
    this.#items = items;
    this.#layOut(true);
  }

  set tile(draw) {
    this.#draw = draw; // the items that it has until now may be gone
  }

  connectedCallback() {
    if (!this.#window) {
      this.#window = document.createElement("div");
      this.#window.className = "grid-window";
      this.append(this.#window);
    }
    window.addEventListener("scroll", this.#onScroll, { passive: true });
    this.#sizes.observe(this);
    this.#layOut(true);
  }

  disconnectedCallback() {
    window.removeEventListener("scroll", this.#onScroll);
    this.#sizes.disconnect();
  }

  #layOut(isChanged) {
    const width = this.clientWidth;
    if (!this.isConnected || !this.#window || !width) return;
    const least = width < 600 ? NARROW_WIDTH : WIDTH;
    const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
    const tile = (width - GAP * (columns - 1)) / columns;
    const row = Math.round((tile * 9) / 16) + CAPTION + GAP;
    const rows = Math.ceil(this.#items.length / columns);
    const top = this.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / row) - BEYOND);
    const last = Math.min(rows, Math.ceil((window.innerHeight - top) / row) + BEYOND);
    const shown = `${first} ${last} ${columns} ${row}`;
    if (!isChanged && shown === this.#shown) return;
    this.#shown = shown;
    this.style.height = `${Math.max(0, rows * row - GAP)}px`;
    this.#window.style.transform = `translateY(${first * row}px)`;
    this.#window.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.#window.style.gridAutoRows = `${row - GAP}px`;
    const visible = this.#items.slice(first * columns, last * columns);
    this.#assign(visible);
    render(html`${repeat(visible, (id) => this.#slots.get(id), this.#draw)}`, this.#window);
  }

  /** Gives a slot to every id: the one that it has, or one that is free. */
  #assign(ids) {
    const slots = new Map(ids.map((id) => [id, this.#slots.get(id)]));
    const used = new Set(slots.values());
    let free = 0;
    for (const [id, slot] of slots) {
      if (slot !== undefined) continue;
      while (used.has(free)) free += 1;
      slots.set(id, free++);
    }
    this.#slots = slots;
  }
}

customElements.define("so-grid", Grid);
