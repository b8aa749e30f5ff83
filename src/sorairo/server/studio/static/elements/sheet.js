// <so-sheet .source=${source} .label=${label} .alt=${alt}>: a picture that opens in its own size, such as a
// contact sheet; `source` is the path of a file of the API. With `isClip`, it is a clip.

import { Part } from "../core/element.js";
import { html, nothing } from "../core/view.js";
import { fileAddress } from "../media/addresses.js";

class Sheet extends Part {
  #source = "";
  #address = "";
  #texts = {};

  set source(source) {
    if (source === this.#source) return;
    this.#source = source;
    this.#address = "";
    this.#load();
  }

  set label(label) {
    this.#texts.label = label;
    this.update();
  }

  set alt(alt) {
    this.#texts.alt = alt;
    this.update();
  }

  async #load() {
    const source = this.#source;
    try {
      const address = await fileAddress(source);
      if (source === this.#source) this.#address = address;
    } catch {
      return; // the files may have been deleted
    }
    this.update();
  }

  /** It is no clip: characters may be pictures. */
  #asPicture() {
    this.removeAttribute("isClip");
    this.update();
  }

  draw() {
    if (!this.#address) return nothing;
    const { label, alt } = this.#texts;
    if (this.hasAttribute("isClip")) {
      return html`<video src=${this.#address} controls muted loop playsinline preload="metadata" aria-label=${label}
        @error=${() => this.#asPicture()}></video>`;
    }
    return html`<a href=${this.#address} target="_blank" rel="noopener" aria-label=${label} title=${label}>
      <img src=${this.#address} alt=${alt} loading="lazy" /></a>`;
  }
}

customElements.define("so-sheet", Sheet);
