// <so-span .video=${video} .value=${[start, end]}>: a span of a clip between two handles, over a strip
// of its pictures. Sends `change` with the new value in seconds.

import { Part } from "../core/element.js";
import { html, seconds, t } from "../core/view.js";
import { clipAddress } from "../media/addresses.js";

const PICTURES = 8;
const LEAST = 0.2; // seconds

class Span extends Part {
  #video;
  #value = [0, 1];

  set video(video) {
    if (video.id === this.#video?.id) return;
    this.#video = video;
    this.update();
    queueMicrotask(() => this.#film());
  }

  set value(value) {
    this.#value = value;
    this.update();
  }

  connectedCallback() {
    super.connectedCallback();
    queueMicrotask(() => this.#film());
  }

  get length() {
    return this.#video.duration ?? Number(this.#video.seconds);
  }

  /** Draws pictures of the clip side by side. */
  async #film() {
    const canvas = this.querySelector("canvas");
    if (!canvas || canvas.dataset.of === this.#video.id) return;
    canvas.dataset.of = this.#video.id;
    const media = document.createElement("video");
    Object.assign(media, { muted: true, preload: "auto", src: clipAddress(this.#video) });
    await new Promise((done) => {
      media.onloadeddata = done;
      media.onerror = done;
    });
    if (!media.videoWidth) return;
    [canvas.width, canvas.height] = [800, Math.round((800 / PICTURES) * Math.min(1, media.videoHeight / media.videoWidth))];
    const context = canvas.getContext("2d");
    for (let index = 0; index < PICTURES && this.isConnected; index += 1) {
      media.currentTime = ((index + 0.5) / PICTURES) * media.duration;
      await new Promise((done) => {
        media.onseeked = done;
      });
      const width = canvas.width / PICTURES;
      const scale = Math.max(width / media.videoWidth, canvas.height / media.videoHeight);
      const [w, h] = [width / scale, canvas.height / scale];
      context.drawImage(media, (media.videoWidth - w) / 2, (media.videoHeight - h) / 2, w, h, index * width, 0, width, canvas.height);
    }
  }

  #set(index, text) {
    const value = [...this.#value];
    const time = Number(text);
    value[index] = index ? Math.max(time, value[0] + LEAST) : Math.min(time, value[1] - LEAST);
    this.#value = value.map((each) => Math.min(this.length, Math.max(0, each)));
    this.update();
    this.dispatchEvent(new CustomEvent("change", { detail: this.#value }));
  }

  #shade() {
    const [left, right] = this.querySelectorAll(".span-out");
    if (!left) return;
    left.style.width = `${(this.#value[0] / this.length) * 100}%`;
    right.style.width = `${(1 - this.#value[1] / this.length) * 100}%`;
  }

  update() {
    super.update();
    queueMicrotask(() => this.#shade());
  }

  draw() {
    const handle = (index, label) => html`<label class="field"><span>${label}: ${seconds(this.#value[index], 1)}</span>
      <input type="range" min="0" max=${this.length} step="0.1" .value=${String(this.#value[index])} aria-label=${label}
        aria-valuetext=${seconds(this.#value[index], 1)}
        @input=${(event) => this.#set(index, event.target.value)} @change=${(event) => event.stopPropagation()} /></label>`;
    return html`
      <div class="span-film"><canvas aria-hidden="true"></canvas><span class="span-out left"></span><span class="span-out right"></span></div>
      <div class="span-handles">${handle(0, t("tools.from"))} ${handle(1, t("tools.to"))}</div>
    `;
  }
}

customElements.define("so-span", Span);
