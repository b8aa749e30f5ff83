// <so-painter .picture=${canvas}>: a mask that is painted over a picture. `mask()` is a Blob of a PNG
// that is white where it was painted, or null where nothing was.

import { Part } from "../core/element.js";
import { html, t } from "../core/view.js";

const PAINT = "#38b6ff";
const SIZES = { min: 2, max: 40, start: 14 }; // per cent of the shorter side
const STEP = 0.04; // of the picture, by which the keyboard moves the brush

class Painter extends Part {
  #picture;
  #brush = SIZES.start;
  #isErasing = false;
  #from = null;
  #strokes = []; // for undo: the mask before each stroke
  #cursor = [0.5, 0.5];

  set picture(picture) {
    if (picture === this.#picture) return;
    this.#picture = picture;
    this.#strokes = [];
    this.update();
    queueMicrotask(() => this.#show());
  }

  #layer(name) {
    return this.querySelector(`canvas.${name}`);
  }

  /** What is painted; it is read after every stroke. */
  get #mask() {
    return this.#layer("painter-mask").getContext("2d", { willReadFrequently: true });
  }

  #show() {
    if (!this.#picture || !this.isConnected) return;
    for (const name of ["painter-picture", "painter-mask"]) {
      const canvas = this.#layer(name);
      [canvas.width, canvas.height] = [this.#picture.width, this.#picture.height];
    }
    this.#layer("painter-picture").getContext("2d").drawImage(this.#picture, 0, 0);
    this.#changed();
  }

  connectedCallback() {
    super.connectedCallback();
    queueMicrotask(() => this.#show());
  }

  #place(event) {
    const box = event.target.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #line(from, to) {
    const { width, height } = this.#picture;
    const context = this.#mask;
    context.globalCompositeOperation = this.#isErasing ? "destination-out" : "source-over";
    Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: PAINT });
    context.lineWidth = (this.#brush / 100) * Math.min(width, height);
    context.beginPath();
    context.moveTo(from[0] * width, from[1] * height);
    context.lineTo(to[0] * width + 0.01, to[1] * height);
    context.stroke();
  }

  #remember() {
    const { width, height } = this.#picture;
    this.#strokes.push(this.#mask.getImageData(0, 0, width, height));
    if (this.#strokes.length > 20) this.#strokes.shift();
  }

  #down(event) {
    event.target.setPointerCapture(event.pointerId);
    this.#remember();
    this.#from = this.#place(event);
    this.#line(this.#from, this.#from);
  }

  #move(event) {
    if (!this.#from) return;
    const to = this.#place(event);
    this.#line(this.#from, to);
    this.#from = to;
  }

  #up() {
    if (this.#from) this.#changed();
    this.#from = null;
  }

  #onKey(event) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const move = moves[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    const from = this.#cursor;
    if (move) this.#cursor = from.map((each, i) => Math.min(1, Math.max(0, each + move[i])));
    if (event.key === " " || event.shiftKey) {
      this.#remember();
      this.#line(from, this.#cursor);
      this.#changed();
    }
    this.update();
  }

  #undo() {
    const before = this.#strokes.pop();
    if (before) this.#mask.putImageData(before, 0, 0);
    this.#changed();
  }

  #changed() {
    this.update();
    this.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
  }

  get isEmpty() {
    const canvas = this.#layer("painter-mask");
    if (!canvas?.width) return true;
    const { data } = this.#mask.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 3; at < data.length; at += 4) if (data[at] > 127) return false;
    return true;
  }

  /** The mask as a PNG, white on black; null where nothing is painted. */
  async mask() {
    if (this.isEmpty) return null;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.#picture.width, this.#picture.height];
    const context = canvas.getContext("2d");
    context.drawImage(this.#layer("painter-mask"), 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  draw() {
    return html`
      <div class="painter-canvas">
        <canvas class="painter-picture"></canvas>
        <canvas class="painter-mask" tabindex="0" role="application" aria-label=${t("tools.paintHelp")}
          @pointerdown=${(event) => this.#down(event)} @pointermove=${(event) => this.#move(event)}
          @pointerup=${() => this.#up()} @pointercancel=${() => this.#up()} @keydown=${(event) => this.#onKey(event)}></canvas>
      </div>
      <div class="row">
        <label class="field inline"><span>${t("tools.brush")}</span>
          <input type="range" min=${SIZES.min} max=${SIZES.max} .value=${String(this.#brush)}
            @input=${(event) => (this.#brush = Number(event.target.value))} /></label>
        <button type="button" aria-pressed=${this.#isErasing} @click=${() => {
          this.#isErasing = !this.#isErasing;
          this.update();
        }}>${t("tools.eraser")}</button>
        <button type="button" ?disabled=${!this.#strokes.length} @click=${() => this.#undo()}>${t("common.undo")}</button>
      </div>
    `;
  }
}

customElements.define("so-painter", Painter);
