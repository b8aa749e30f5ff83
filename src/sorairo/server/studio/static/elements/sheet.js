// <so-sheet .video=${video}>: the contact sheet of a clip, which opens in its own size.

import { Part } from "../core/element.js";
import { html, nothing, t } from "../core/view.js";
import { pictureAddress } from "../media/addresses.js";

class Sheet extends Part {
  #video;
  #source = "";

  set video(video) {
    if (video.id === this.#video?.id) return;
    this.#video = video;
    this.#source = "";
    this.#load();
  }

  async #load() {
    const video = this.#video;
    try {
      const source = await pictureAddress(video, "spritesheet");
      if (video === this.#video) this.#source = source;
    } catch {
      return; // the files may have been deleted
    }
    this.update();
  }

  draw() {
    if (!this.#source) return nothing;
    return html`<a href=${this.#source} target="_blank" rel="noopener" aria-label=${t("clip.sheet")} title=${t("clip.sheet")}>
      <img src=${this.#source} alt=${t("clip.sheetAlt")} loading="lazy" /></a>`;
  }
}

customElements.define("so-sheet", Sheet);
