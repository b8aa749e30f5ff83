// The base of the page's own elements: they draw themselves with lit-html, in the page's style.
//
// An element has state of its own (the frame that a player shows, a stroke that is being painted);
// what several parts of the page share is in `core/state.js`.

import { render } from "./lit.js";

export class Part extends HTMLElement {
  #scheduled = false;

  connectedCallback() {
    this.update();
  }

  /** What the element shows; called by `update`. */
  draw() {
    throw new Error("An element has to say what it shows.");
  }

  /** Draws the element again, once, before the next frame. */
  update() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.isConnected) render(this.draw(), this);
    });
  }
}
