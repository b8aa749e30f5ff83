// <so-picture .video=${video} variant="thumbnail">: a picture of a video, read when it is near the
// visible part of the page.

import { html, nothing } from "../core/lit.js";
import { Part } from "../core/element.js";
import { pictureAddress } from "../core/media.js";

class Picture extends Part {
  #video;
  #source = "";

  set video(video) {
    if (video.id === this.#video?.id && video.status === this.#video.status) return;
    this.#video = video;
    this.#source = "";
    this.#load();
  }

  async #load() {
    const video = this.#video;
    try {
      const source = await pictureAddress(video, this.getAttribute("variant") ?? "thumbnail");
      if (video === this.#video) this.#source = source;
    } catch {
      this.#source = "";
    }
    this.update();
  }

  draw() {
    return this.#source ? html`<img src=${this.#source} alt="" loading="lazy" decoding="async" />` : nothing;
  }
}

customElements.define("so-picture", Picture);
