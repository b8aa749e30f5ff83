// <so-player .video=${video}>: a clip with frame stepping, looping, and times in seconds.
//
// Keys while it has the focus: Space or K plays and pauses, ← and → step by one picture, Home and
// End go to the ends, L loops, F fills the screen.

import { Part } from "../core/element.js";
import { html, icon, nothing, number, readOne, t } from "../core/view.js";
import { clipAddress } from "../media/addresses.js";

const RATES = [0.25, 0.5, 1, 2];

class Player extends Part {
  #video;
  #isLooping = true;
  #rate = 1;
  #frame = 0;

  set video(video) {
    if (video.id === this.#video?.id) return;
    this.#video = video;
    this.update();
  }

  get media() {
    return this.querySelector("video");
  }

  /** Seconds from one picture to the next. */
  get step() {
    return 1 / (this.#video.fps ?? 24);
  }

  /** The picture that is shown, as a canvas in the clip's own size. */
  snapshot() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.media.videoWidth, this.media.videoHeight];
    canvas.getContext("2d").drawImage(this.media, 0, 0);
    return canvas;
  }

  seek(seconds) {
    this.media.pause();
    // the middle of a picture: its edge may round to the one before
    const picture = Math.round(seconds / this.step);
    const last = Math.max(0, Math.round(this.media.duration / this.step) - 1);
    this.media.currentTime = (Math.min(last, Math.max(0, picture)) + 0.5) * this.step;
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame);
  }

  #shown() {
    return this.media ? Math.floor(this.media.currentTime / this.step + 1e-3) * this.step : 0;
  }

  #onKey(event) {
    if (event.target.matches("select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const isSlider = event.target.matches("input");
    const isButton = event.target.matches("button");
    const keys = {
      " ": () => !isButton && this.#toggle(),
      k: () => this.#toggle(),
      ArrowLeft: () => this.seek(this.#shown() - this.step),
      ArrowRight: () => this.seek(this.#shown() + this.step),
      Home: () => this.seek(0),
      End: () => this.seek(Infinity),
      l: () => this.#loop(),
      f: () => this.#fill(),
    };
    const run = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!run || (isSlider && ["Home", "End"].includes(event.key))) return;
    if (run() !== false) event.preventDefault();
  }

  #toggle() {
    if (this.media.paused) this.media.play();
    else this.media.pause();
  }

  #loop() {
    this.#isLooping = !this.#isLooping;
    this.update();
  }

  #fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.media.requestFullscreen?.();
  }

  #follow() {
    cancelAnimationFrame(this.#frame);
    const tick = () => {
      this.update();
      if (this.isConnected && this.media && !this.media.paused) this.#frame = requestAnimationFrame(tick);
    };
    tick();
  }

  async #onError() {
    const before = clipAddress(this.#video);
    const video = await readOne(this.#video.id).catch(() => undefined); // a signed link may have expired
    if (!video || clipAddress(video) === before) return;
    this.#video = video;
    this.update();
  }

  draw() {
    const { media } = this;
    const length = media?.duration || this.#video.duration || Number(this.#video.seconds);
    const isPaused = !media || media.paused;
    const time = this.#shown();
    const button = (name, label, run, pressed) => html`<button type="button" class="round quiet" aria-label=${label} title=${label}
      aria-pressed=${pressed ?? nothing} @click=${run}>${icon(name)}</button>`;
    return html`
      <div class="player" @keydown=${(event) => this.#onKey(event)}>
        <video src=${clipAddress(this.#video)} ?loop=${this.#isLooping} muted autoplay playsinline .muted=${true}
          tabindex="0" aria-label=${t("player.clip")}
          @click=${() => this.#toggle()} @play=${() => this.#follow()} @pause=${() => this.update()}
          @seeked=${() => this.#seeked()} @loadedmetadata=${() => this.update()} @error=${() => this.#onError()}></video>
        <input type="range" class="player-time" min="0" max=${length} step=${this.step} .value=${String(time)}
          aria-label=${t("player.time")} aria-valuetext=${t("common.seconds", { n: number(time, 2) })}
          @input=${(event) => this.seek(Number(event.target.value))} />
        <div class="player-row">
          ${button(isPaused ? "play" : "pause", t(isPaused ? "player.play" : "player.pause"), () => this.#toggle())}
          ${button("back", t("player.previous"), () => this.seek(this.#shown() - this.step))}
          ${button("forward", t("player.next"), () => this.seek(this.#shown() + this.step))}
          <span class="player-clock mono">${number(time, 2, 2)} / ${t("common.seconds", { n: number(length, 2, 2) })}</span>
          <span class="grow"></span>
          <select aria-label=${t("player.rate")} @change=${(event) => this.#setRate(Number(event.target.value))}>
            ${RATES.map((rate) => html`<option value=${rate} ?selected=${rate === this.#rate}>${number(rate, 2)}×</option>`)}
          </select>
          ${button("loop", t("player.loop"), () => this.#loop(), String(this.#isLooping))}
          ${button("full", t("player.full"), () => this.#fill())}
        </div>
      </div>
    `;
  }

  #seeked() {
    this.update();
    this.dispatchEvent(new CustomEvent("moved", { detail: this.#shown(), bubbles: true }));
  }

  #setRate(rate) {
    this.#rate = rate;
    this.media.playbackRate = rate;
  }
}

customElements.define("so-player", Player);
