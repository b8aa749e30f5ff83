// <so-curve .value=${[0, ..., 1]}>: how much the second clip counts over a bridge, as a curve that is
// drawn with the pointer or set with the keyboard. Sends `change` with the new numbers, 0 to 1.

import { Part } from "../core/element.js";
import { html, number, svg, t } from "../core/view.js";

const [WIDTH, HEIGHT, EDGE] = [320, 120, 10];

class Curve extends Part {
  #value = [0, 0.5, 1];
  #held = -1;

  set value(value) {
    this.#value = value;
    this.update();
  }

  #x(index) {
    return EDGE + (index / (this.#value.length - 1)) * (WIDTH - 2 * EDGE);
  }

  #y(share) {
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE);
  }

  #set(index, share) {
    this.#value = this.#value.map((each, i) => (i === index ? Math.min(1, Math.max(0, share)) : each));
    this.update();
    this.dispatchEvent(new CustomEvent("change", { detail: this.#value }));
  }

  #drag(event) {
    if (this.#held < 0) return;
    const box = this.querySelector("svg").getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    this.#set(this.#held, (HEIGHT - EDGE - y) / (HEIGHT - 2 * EDGE));
  }

  #hold(event) {
    const box = this.querySelector("svg").getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const share = (x - EDGE) / (WIDTH - 2 * EDGE);
    this.#held = Math.min(this.#value.length - 1, Math.max(0, Math.round(share * (this.#value.length - 1))));
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#drag(event);
  }

  #onKey(event, index) {
    const step = { ArrowUp: 0.05, ArrowDown: -0.05, ArrowRight: 0.05, ArrowLeft: -0.05 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#set(index, this.#value[index] + step);
  }

  draw() {
    const points = this.#value.map((share, index) => `${this.#x(index)},${this.#y(share)}`).join(" ");
    return html`
      <svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}"
        @pointerdown=${(event) => this.#hold(event)} @pointermove=${(event) => this.#drag(event)}
        @pointerup=${() => (this.#held = -1)}>
        <line x1=${EDGE} y1=${HEIGHT - EDGE} x2=${WIDTH - EDGE} y2=${HEIGHT - EDGE}></line>
        <polyline points=${points}></polyline>
        ${this.#value.map(
          (share, index) => svg`<circle r="7" cx=${this.#x(index)} cy=${this.#y(share)} tabindex="0" role="slider"
            aria-label=${t("tools.point", { n: index + 1 })} aria-orientation="vertical" aria-valuemin="0" aria-valuemax="100"
            aria-valuenow=${Math.round(share * 100)} aria-valuetext="${number(share * 100)} %"
            @keydown=${(event) => this.#onKey(event, index)}></circle>`,
        )}
      </svg>
    `;
  }
}

customElements.define("so-curve", Curve);
