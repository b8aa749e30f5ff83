// <so-play .source=${source}>: plays a world by keyboard, mouse and touch. `source` is a session, as
// `remote.js` has it: frames come from there, actions go there.

import { Part } from "../core/element.js";
import { icon } from "../core/icons.js";
import { html, live, nothing, svg } from "../core/lit.js";
import { recall, remember } from "../core/settings.js";
import { number, t } from "./words.js";

const KEYS = {
  ArrowLeft: "left", a: "left", ArrowRight: "right", d: "right", ArrowUp: "up", w: "up", ArrowDown: "down", s: "down",
  " ": "do", e: "do", Enter: "do", z: "sleep", x: "place_stone", t: "place_table", f: "place_furnace", p: "place_plant",
  1: "make_wood_pickaxe", 2: "make_stone_pickaxe", 3: "make_iron_pickaxe",
  4: "make_wood_sword", 5: "make_stone_sword", 6: "make_iron_sword",
};
const SHORT = Object.fromEntries(Object.entries(KEYS).map(([key, action]) => [action, key.toUpperCase()]));
const PAD = ["up", "left", "right", "down"];
const TEMPOS = [0, 5, 10, 20]; // steps a second that time goes on by itself; 0: it waits for the player
const HELD = 100; // milliseconds between steps while a key is held
const HISTORY = 120; // steps that the meter shows
const SCALE = 8; // pixels of the screen for one of the frame
const MAX_SEED = 2 ** 31 - 1;
const TYPED_INTO = "input:not([type=checkbox], [type=file]), select, textarea"; // what keys of play belong to
const PRESSED = "button, a, summary, input"; // what Space and Enter belong to

class Play extends Part {
  source = null;

  /** The language has changed: everything is written anew. */
  set language(_name) {
    this.update();
  }

  #world = null;
  #status = "idle";
  #header = null;
  #problem = ""; // a text of the server, or what writes one in the language of the page
  #latency = 0;
  #rate = 0;
  #shownAt = [];
  #history = [];
  #held = new Map(); // actions of keys and buttons that are held, the newest last
  #pending = null; // an action that was chosen while others were under way
  #timer = 0;
  #tempo = recall("tempo", 0);
  #marks = recall("marks", true);
  #keeping = false;
  #kept = "";

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("keydown", this.#onKey);
    window.addEventListener("keyup", this.#onKeyUp);
    window.addEventListener("blur", this.#letGo);
    window.addEventListener("pointerdown", this.#onPointer);
    this.addEventListener("click", this.#backToScreen);
    this.addEventListener("change", this.#backToScreen);
    document.addEventListener("visibilitychange", this.#letGo);
    this.source.onChange = (change) => this.#onChange(change);
    this.#look();
  }

  /** Finds out which world there is, and goes on with the session of this tab. */
  async #look() {
    try {
      [this.#world] = await this.source.worlds();
    } catch (error) {
      this.#onChange(error.status === 401 ? { status: "needsKey" } : { problem: error.message });
      return;
    }
    this.#status = this.#world ? "idle" : "none";
    if (this.#world && this.source.known) await this.#open();
    this.update();
  }

  disconnectedCallback() {
    window.removeEventListener("keydown", this.#onKey);
    window.removeEventListener("keyup", this.#onKeyUp);
    window.removeEventListener("blur", this.#letGo);
    window.removeEventListener("pointerdown", this.#onPointer);
    this.removeEventListener("click", this.#backToScreen);
    this.removeEventListener("change", this.#backToScreen);
    document.removeEventListener("visibilitychange", this.#letGo);
    this.#letGo();
    clearInterval(this.#timer);
    this.source.close();
  }

  async #open(begin) {
    try {
      await this.source.open(begin);
    } catch (error) {
      this.#onChange({ status: "idle", problem: error.message });
    }
  }

  async #start(begin) {
    try {
      await this.source.start(begin);
    } catch (error) {
      this.#onChange({ problem: error.message });
    }
  }

  #onChange({ status, header, pixels, latency, problem, ofStep = false }) {
    if (status) this.#status = status;
    const isLate = ofStep && this.#header?.over; // a step that was under way when the player died
    if (problem !== undefined && !isLate) this.#problem = problem;
    if (header) {
      if (header.step === 0) this.#history = [];
      this.#header = header;
      this.#paint(header, pixels);
      this.#measure(header, latency);
      if (this.#pending && this.source.act(this.#pending)) this.#pending = null;
    }
    this.#keepTime();
    this.update();
  }

  #measure(header, latency) {
    if (latency === undefined) return;
    const now = performance.now();
    this.#latency = this.#latency ? 0.8 * this.#latency + 0.2 * latency : latency;
    this.#shownAt = [...this.#shownAt.filter((at) => now - at < 2000), now];
    const span = now - this.#shownAt[0];
    this.#rate = span > 200 ? (1000 * (this.#shownAt.length - 1)) / span : 0;
    if (header.agreement !== undefined) this.#history = [...this.#history.slice(1 - HISTORY), header.agreement];
  }

  // --- the screen

  #paint(header, pixels) {
    const { width, height } = header;
    const small = new OffscreenCanvas(width, height);
    const image = new ImageData(width, height);
    for (let from = 0, to = 0; from < pixels.length; to += 4) {
      image.data[to] = pixels[from++];
      image.data[to + 1] = pixels[from++];
      image.data[to + 2] = pixels[from++];
      image.data[to + 3] = 255;
    }
    small.getContext("2d").putImageData(image, 0, 0);
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    [canvas.width, canvas.height] = [SCALE * width, SCALE * height];
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (!this.#marks) return;
    const side = SCALE * this.#world.tile;
    context.lineWidth = 3;
    context.strokeStyle = "#ff4d6d";
    for (const [row, column] of header.wrong ?? []) context.strokeRect(column * side + 2, row * side + 2, side - 4, side - 4);
  }

  // --- keys, buttons and time

  #byPointer = false; // whether a pointer was used last, and not the keyboard

  #onPointer = () => {
    this.#byPointer = true;
  };

  /** The keys play on after a click on a control; who goes by keyboard stays on it. */
  #backToScreen = ({ type, target }) => {
    const isUsed = this.#byPointer && target.closest(type === "change" ? "select" : "button, [type=checkbox]");
    if (isUsed && this.#status === "playing") this.querySelector("canvas").focus({ preventScroll: true });
  };

  #onKey = (event) => {
    this.#byPointer = false;
    if (event.ctrlKey || event.metaKey || event.altKey || this.#status !== "playing") return;
    if (event.target.closest?.(TYPED_INTO) || (event.target.closest?.(PRESSED) && [" ", "Enter"].includes(event.key))) return;
    const action = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat) this.#press(event.code, action);
  };

  #onKeyUp = (event) => this.#release(event.code);

  #letGo = () => {
    this.#held.clear();
    this.#pending = null;
    this.#keepTime();
  };

  #press(what, action) {
    if (this.#header?.over) return;
    this.#held.set(what, action);
    if (!this.source.act(action)) this.#pending = action;
    this.#keepTime();
  }

  #release(what) {
    if (this.#held.delete(what)) this.#keepTime();
  }

  #pace = -1;

  /** Lets time go on: at the tempo that was chosen, and while something is held. */
  #keepTime() {
    const flows = this.#status === "playing" && !this.#header?.over && !document.hidden;
    const pace = !flows ? 0 : this.#tempo ? 1000 / this.#tempo : this.#held.size ? HELD : 0;
    if (pace === this.#pace) return;
    this.#pace = pace;
    clearInterval(this.#timer);
    if (!pace) return;
    this.#timer = setInterval(() => {
      const action = [...this.#held.values()].at(-1);
      if (action || this.#tempo) this.source.act(action ?? this.#world.actions[0]);
    }, pace);
  }

  // --- what the controls do

  #restart(event) {
    event?.preventDefault();
    const form = new FormData(this.querySelector(".play-start"));
    const seed = Number(form.get("seed") || Math.floor(Math.random() * MAX_SEED));
    const prompt = form.get("prompt").trim();
    if (this.#status === "playing") this.#start({ seed, prompt });
    else this.#open({ world: this.#world.id, seed, prompt });
    this.querySelector("canvas").focus();
  }

  async #fromPicture(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const { side } = this.#world;
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      this.#onChange({ problem: () => t("notPicture") });
      return;
    }
    const canvas = new OffscreenCanvas(side, side);
    const least = Math.min(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, (picture.width - least) / 2, (picture.height - least) / 2, least, least, 0, 0, side, side);
    const rgba = context.getImageData(0, 0, side, side).data;
    this.#start({ picture: Uint8Array.from({ length: 3 * side * side }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]) });
    this.querySelector("canvas").focus();
  }

  async #keep() {
    this.#keeping = true;
    this.#kept = "";
    this.update();
    try {
      this.#kept = (await this.source.keep()).id;
    } catch (error) {
      this.#problem = error.message;
    }
    this.#keeping = false;
    this.update();
  }

  /** Changes the mode; all of them but a dream follow the rules. */
  #setMode(mode) {
    const { died_at: diedAt, seed } = this.#header;
    const problem = mode === "dream" ? "" : diedAt !== undefined ? "modeAfterDeath" : seed === null ? "modeOfPicture" : "";
    if (problem) this.#onChange({ problem: () => t(problem, { mode: t(mode), n: number(diedAt ?? 0) }) });
    else this.source.setMode(mode);
  }

  /** Why there is nothing to compare a frame with; "" where there is. */
  #missing() {
    const { agreement, died_at: diedAt, over } = this.#header;
    if (diedAt !== undefined) return over ? "" : t("noPlayer", { n: number(diedAt) });
    return agreement === undefined ? t(this.source.noMeter ?? "noMeter") : "";
  }

  #setTempo(value) {
    this.#tempo = value;
    remember("tempo", value);
    this.#keepTime();
    this.update();
  }

  // --- what is drawn

  draw() {
    if (this.#status === "none") return html`<p class="card">${t("none")}</p>`;
    if (this.#status === "needsKey") return this.#keyForm();
    const isPlaying = this.#status === "playing";
    return html`<div class="play">
      <div class="play-stage">
        <canvas width="576" height="576" tabindex="0" role="img" aria-label=${t("screen")} aria-describedby="play-keys"></canvas>
        ${this.#notice()}
        ${isPlaying ? this.#pad() : nothing}
      </div>
      <div class="stack">
        ${this.#problem ? html`<p class="problem" role="alert">${typeof this.#problem === "function" ? this.#problem() : this.#problem}</p>` : nothing}
        ${this.#kept ? html`<p class="play-kept" role="status">${t("kept")} <a href=${`./#/clip/${this.#kept}`}>${t("show")}</a></p>` : nothing}
        ${isPlaying ? html`${this.#meter()}${this.#inventory()}` : nothing}
        ${this.#world ? this.#startForm(isPlaying) : nothing}
        <p class="muted small" id="play-keys">${t("keys")}</p>
      </div>
    </div>`;
  }

  #keyForm() {
    return html`<form class="card stack" @submit=${(event) => {
      event.preventDefault();
      this.source.setKey(new FormData(event.target).get("key").trim());
      this.#look();
    }}>
      <p>${t("needsKey")}</p>
      <label class="field"><span>${t("keyLabel")}</span><input name="key" type="password" autocomplete="off" required /></label>
      <div class="row"><button class="primary">${t("useKey")}</button></div>
    </form>`;
  }

  #notice() {
    const isDead = this.#status === "playing" && this.#header?.over;
    if (this.#status === "playing" && !isDead) return nothing;
    const text = isDead ? "dead" : this.#status;
    const waits = ["opening", "lost"].includes(text);
    return html`<div class="play-notice" role="status"><p>${t(text)}</p>
      ${waits ? html`<progress aria-label=${t(text)}></progress>` : html`<button class="primary" ?disabled=${!this.#world} @click=${() => this.#restart()}>${icon("play")} ${t(text === "idle" ? "begin" : "again")}</button>`}
    </div>`;
  }

  #button(action, content, label = nothing) {
    return html`<button type="button" class="play-${action}" aria-label=${label}
      @pointerdown=${(event) => {
        event.preventDefault();
        this.#press(action, action);
      }}
      @pointerup=${() => this.#release(action)} @pointercancel=${() => this.#release(action)} @pointerleave=${() => this.#release(action)}
      @keydown=${(event) => [" ", "Enter"].includes(event.key) && !event.repeat && this.#press(action, action)} @keyup=${() => this.#release(action)}
      @contextmenu=${(event) => event.preventDefault()}>${content}</button>`;
  }

  #pad() {
    const more = this.#world.actions.slice(1).filter((action) => ![...PAD, "do"].includes(action));
    return html`<div class="play-pad" role="group" aria-label=${t("pad")}>
        ${this.#button("do", t("do"))}${PAD.map((action) => this.#button(action, svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 15l6-6 6 6" /></svg>`, t(action)))}
      </div>
      <div class="play-more">
        ${more.map((action) => this.#button(action, html`${t(action)} <kbd aria-hidden="true">${SHORT[action]}</kbd>`))}
      </div>`;
  }

  #meter() {
    const { agreement, mode } = this.#header;
    const missing = this.#missing();
    const percent = (value) => `${number(100 * value, 1)} %`;
    const points = this.#history.map((each, i) => `${i},${20 - 20 * each}`).join(" ");
    return html`<section class="card stack" aria-label=${t("meter")}>
      ${this.#world.modes.length > 1 ? html`<div class="row play-modes" role="group" aria-label=${t("mode")}>
        ${this.#world.modes.map((each) => html`<button type="button" aria-pressed=${String(each === mode)} title=${t(`${each}Hint`)} @click=${() => this.#setMode(each)}>${t(each)}</button>`)}
      </div>` : nothing}
      ${missing ? html`<p class="muted">${missing}</p>` : nothing}
      ${agreement === undefined || mode === "simulator"
        ? nothing
        : html`<div><p><b>${t("agreement")}</b> <span class="mono">${percent(agreement)}</span></p>
            <progress max="1" .value=${agreement} aria-label=${t("agreement")}></progress>
            <svg class="play-curve" viewBox="0 -1 ${HISTORY} 22" preserveAspectRatio="none" aria-hidden="true"><polyline points=${points} /></svg>
            <label class="row small"><input type="checkbox" .checked=${this.#marks} @change=${(event) => {
              this.#marks = event.target.checked;
              remember("marks", this.#marks);
            }} /> ${t("marks")}</label></div>`}
      <p class="row small muted play-figures">
        <span>${t("rate", { n: number(this.#rate, 1) })}</span><span>${t("latency", { n: number(this.#latency) })}</span>
        <span>${t("steps", { n: number(this.#header.step) })}</span>
      </p>
      <div class="row"><label class="field"><span>${t("tempo")}</span><select @change=${(event) => this.#setTempo(Number(event.target.value))}>
        ${TEMPOS.map((each) => html`<option value=${each} ?selected=${each === this.#tempo}>${each ? t("perSecond", { n: each }) : t("waits")}</option>`)}
      </select></label></div>
    </section>`;
  }

  #inventory() {
    const { inventory, achievements } = this.#header;
    const held = Object.entries(inventory).filter(([, count]) => count > 0);
    if (!held.length && !achievements) return nothing;
    return html`<section class="card" aria-label=${t("inventory")}>
      <ul class="play-items">${held.map(([item, count]) => html`<li>${t(item)} <b>${count}</b></li>`)}</ul>
      ${achievements ? html`<p class="muted small">${t("achievements", { n: Object.keys(achievements).length })}</p>` : nothing}
    </section>`;
  }

  #startForm(isPlaying) {
    const { seed = "", prompt = "" } = this.#header ?? {};
    return html`<form class="card stack play-start" @submit=${(event) => this.#restart(event)}>
      <label class="field wide"><span>${t("prompt")}</span><input name="prompt" maxlength="300" placeholder=${t("promptHint")} .value=${live(this.#typed ?? prompt)} @input=${(event) => (this.#typed = event.target.value)} /></label>
      <div class="row play-land">
        <label class="field"><span>${t("seed")}</span><input name="seed" type="number" min="0" max=${MAX_SEED} class="play-seed" placeholder=${t("random")} .value=${live(this.#seed ?? String(seed ?? ""))} @input=${(event) => (this.#seed = event.target.value)} /></label>
        <button type="button" class="round" aria-label=${t("dice")} title=${t("dice")} @click=${() => {
          this.#seed = "";
          this.update();
        }}>${icon("dice")}</button>
      </div>
      <div class="row">
        <button class="primary">${t(isPlaying ? "restart" : "begin")}</button>
        ${isPlaying
          ? html`${this.#world.modes.includes("dream") ? html`<button type="button" @click=${() => this.source.say(this.#typed ?? prompt)}>${t("say")}</button>
                <label class="button">${icon("picture")} ${t("picture")}<input class="hidden" type="file" accept="image/*" @change=${(event) => this.#fromPicture(event)} /></label>` : nothing}
              ${this.source.canKeep ? html`<button type="button" ?disabled=${this.#keeping || !this.#header.step} @click=${() => this.#keep()}>${icon("library")} ${t("keep")}</button>` : nothing}`
          : nothing}
      </div>
    </form>`;
  }

  #typed;
  #seed;
}

customElements.define("so-play", Play);
