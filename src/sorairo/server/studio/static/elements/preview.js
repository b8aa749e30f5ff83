// <so-preview .video=${video}>: the latest preview of a clip that is being made.

import { html, nothing } from "../core/lit.js";
import { Part } from "../core/element.js";
import { getBlob } from "../core/api.js";

class Preview extends Part {
  #source = "";
  #progress = 0;

  set video(video) {
    if (video.status !== "in_progress" || video.progress === this.#progress) return;
    if (this.#progress) this.#load(video); // the first one is stored after the first step
    this.#progress = video.progress;
  }

  disconnectedCallback() {
    URL.revokeObjectURL(this.#source);
    this.#source = "";
  }

  async #load(video) {
    try {
      const source = URL.createObjectURL(await getBlob(`v1/videos/${video.id}/preview`));
      URL.revokeObjectURL(this.#source);
      this.#source = source;
      this.update();
    } catch {
      // there is none yet
    }
  }

  draw() {
    return this.#source ? html`<img src=${this.#source} alt="" />` : nothing;
  }
}

customElements.define("so-preview", Preview);
