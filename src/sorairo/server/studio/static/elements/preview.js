// <so-preview .video=${video}>: the latest preview of a clip that is being made.

import { getBlob, html, nothing } from "../core/view.js";
import { Part } from "../core/element.js";

class Preview extends Part {
  #source = "";
  #progress = -1;
  #loading = false;

  set video(video) {
    if (video.status !== "in_progress" || video.progress === this.#progress || this.#loading) return;
    this.#progress = video.progress;
    this.#load(video);
  }

  disconnectedCallback() {
    URL.revokeObjectURL(this.#source);
    this.#source = "";
  }

  async #load(video) {
    this.#loading = true;
    try {
      const blob = await getBlob(`v1/videos/${video.id}/preview?animated=true&optional=true`);
      if (blob.size && this.isConnected) {
        URL.revokeObjectURL(this.#source);
        this.#source = URL.createObjectURL(blob);
        this.update();
      }
    } catch {
      // api.js has noted what is wrong
    }
    this.#loading = false;
  }

  draw() {
    return this.#source ? html`<img src=${this.#source} alt="" />` : nothing;
  }
}

customElements.define("so-preview", Preview);
