// <so-picture .video=${video}>: the first frame of a clip. With `plays`, the clip itself plays while
// the pointer rests on the surrounding link, or the link has the focus.

import { html, nothing } from "../core/lit.js";
import { Part } from "../core/element.js";
import { clipAddress, pictureAddress } from "../media/addresses.js";

const REST = 150; // milliseconds after which a picture is read, and after which a clip begins to play

class Picture extends Part {
  #video;
  #source = "";
  #playing = false;
  #timer = 0;
  #around = null;

  set video(video) {
    const isSame = video.id === this.#video?.id && video.status === this.#video.status;
    this.#video = video; // its signed address is the newest
    if (isSame) return;
    this.#source = "";
    this.#playing = false;
    if (this.isConnected) this.#load();
    this.update();
  }

  connectedCallback() {
    super.connectedCallback();
    if (!this.#source && this.#video) this.#load();
    if (!this.hasAttribute("plays")) return;
    this.#around = this.closest(".tile");
    for (const [event, listener] of this.#events()) this.#around.addEventListener(event, listener);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    for (const [event, listener] of this.#around ? this.#events() : []) {
      this.#around.removeEventListener(event, listener);
    }
    this.#playing = false;
  }

  #begin = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#play(true), REST);
  };

  #end = () => {
    clearTimeout(this.#timer);
    this.#play(false);
  };

  #events() {
    return [
      ["pointerenter", this.#begin],
      ["pointerleave", this.#end],
      ["focusin", this.#begin],
      ["focusout", this.#end],
    ];
  }

  #play(isPlaying) {
    if (isPlaying === this.#playing) return;
    this.#playing = isPlaying;
    this.update();
  }

  async #load() {
    const { id } = this.#video;
    await new Promise((next) => setTimeout(next, REST));
    if (!this.isConnected || id !== this.#video.id) return; // it was scrolled past
    try {
      const source = await pictureAddress({ id }, "thumbnail");
      if (id !== this.#video.id) return;
      this.#source = source;
    } catch {
      return; // the files may have been deleted: the tile stays blank
    }
    this.update();
  }

  draw() {
    return html`
      ${this.#source ? html`<img src=${this.#source} alt="" decoding="async" />` : nothing}
      ${this.#playing ? html`<video src=${clipAddress(this.#video)} muted loop autoplay playsinline .muted=${true}></video>` : nothing}
    `;
  }
}

customElements.define("so-picture", Picture);
