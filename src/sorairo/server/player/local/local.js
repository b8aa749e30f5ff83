// A session of play in the browser alone: the networks run in a worker (`engine.js`), and no server
// answers. There are no rules here, so there is no meter.

import { t } from "./words.js";

const BASE = new URL("../model/", import.meta.url);
const RUNTIME = new URL("../onnxruntime/", import.meta.url);
const AT_ONCE = 2; // steps that are under way
const TRIED = 8; // steps after which the speed of a provider is known
const SLOW = 100; // milliseconds of a step, above which WebGPU is tried

const bytes = async (name) => new Uint8Array(await (await fetch(new URL(name, BASE))).arrayBuffer());
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export class Source {
  canKeep = false;
  known = false;
  noMeter = "noRules";
  onChange = () => {};
  #worker = null;
  #waiting = new Map();
  #last = 0;
  #step = 0;
  #prompt = "";
  #seed = 0;
  #record = null;
  #times = [];
  #items = null;
  #scenes = null;

  async worlds() {
    this.#record ??= await (await fetch(new URL("play.json", BASE))).json();
    return [this.#record.world];
  }

  async open(begin) {
    this.onChange({ status: "opening" });
    try {
      this.#items ??= await bytes("items.bin");
      this.#scenes ??= await bytes("scenes.bin");
      this.#worker ??= await this.#started("wasm");
    } catch (error) {
      this.onChange({ status: "idle", problem: t("notLoaded", { reason: error.message }) });
      return;
    }
    await this.start(begin);
  }

  /** A worker with the networks loaded. */
  async #started(provider) {
    const worker = new Worker(new URL("./engine.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (!waiting) this.onChange({ problem: data.error }); // of what comes after a picture
      else if (data.error) waiting.reject(new Error(data.error));
      else waiting.resolve(data);
    };
    worker.onerror = () => this.#fail(worker, "worker");
    await this.#ask({ type: "load", base: BASE.href, runtime: RUNTIME.href, provider }, worker);
    return worker;
  }

  /** Ends what a worker was asked for and does not answer any more. */
  #fail(worker, reason) {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.worker !== worker) continue;
      this.#waiting.delete(id);
      waiting.reject(new Error(reason));
    }
  }

  #ask(message, worker = this.#worker) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, worker });
      worker.postMessage({ ...message, id });
    });
  }

  /** The time and the place that a prompt names, as the number of a pair. */
  #read(prompt) {
    const { words } = this.#record;
    const known = Object.keys(words).toSorted((a, b) => b.length - a.length);
    const text = prompt.toLowerCase().replace(/\s+/g, " ");
    const found = { time: "", place: "" };
    const isWhole = (phrase, at) => !/[a-z0-9]/.test(text[at - 1] ?? "") && !/[a-z]/.test(text[at + phrase.length] ?? "");
    for (let at = 0; at < text.length; ) {
      const phrase = known.find((each) => text.startsWith(each, at) && (!/^[a-z]/.test(each) || isWhole(each, at)));
      if (phrase) {
        const [kind, name] = words[phrase];
        found[kind] ||= name;
      }
      at += phrase?.length ?? 1;
    }
    return this.#record.model.pairs.findIndex(([time, place]) => time === found.time && place === found.place);
  }

  async start({ seed, prompt = "", picture }) {
    const { lands, pairs } = this.#record.model;
    const { side } = this.#record.world;
    const pair = this.#read(prompt);
    let pixels = picture;
    if (!picture) {
      this.#seed = seed;
      const size = 3 * side * side;
      const number = (seed % lands) * pairs.length + pair;
      pixels = this.#scenes.slice(number * size, (number + 1) * size);
    }
    if (this.#better) {
      const slow = this.#worker;
      [this.#worker, this.#better] = [this.#better, null];
      slow.terminate();
      this.#fail(slow, ""); // steps that are under way: nobody waits for them
    }
    this.#step = 0;
    this.#prompt = prompt;
    this.#show(await this.#ask({ type: "start", picture: pixels, prompt: pair, seed: this.#seed }));
  }

  act(action) {
    if (this.#underWay >= AT_ONCE) return false;
    this.#take(this.#record.world.actions.indexOf(action));
    return true;
  }

  #underWay = 0;

  async #take(action) {
    const sent = performance.now();
    this.#underWay += 1;
    try {
      const found = await this.#ask({ type: "step", action, prompt: this.#read(this.#prompt) });
      this.#step += 1;
      if (this.#times.push(found.ms) === TRIED) this.#tryGraphics();
      this.#show(found, performance.now() - sent);
    } catch (error) {
      this.onChange({ problem: error.message });
    } finally {
      this.#underWay -= 1;
    }
  }

  #better = null;

  /** Where one thread is slow and there is WebGPU, the next start is there, if that is faster. */
  async #tryGraphics() {
    const typical = median(this.#times);
    if (typical < SLOW || !(await navigator.gpu?.requestAdapter().catch(() => null))) return;
    try {
      const worker = await this.#started("webgpu");
      await this.#ask({ type: "start", seed: 0 }, worker);
      const times = [];
      for (let i = 0; i < TRIED; i++) times.push((await this.#ask({ type: "step", action: 0 }, worker)).ms);
      if (median(times) < typical) this.#better = worker;
      else worker.terminate();
    } catch {
      // it stays with one thread
    }
  }

  #show({ pixels }, latency) {
    const { side } = this.#record.world;
    const header = { step: this.#step, mode: "dream", prompt: this.#prompt, seed: this.#seed, width: side, height: side };
    header.inventory = this.#inventory(pixels);
    this.onChange({ status: "playing", header, pixels, latency, problem: "" });
  }

  /** The amounts that a picture shows: those whose pictures are nearest. */
  #inventory(pixels) {
    const { items, tile, side, columns, rows } = this.#record.world;
    const size = tile * tile * 3;
    const amounts = this.#items.length / items.length / size;
    const distance = (index, amount) => {
      const top = (rows + Math.floor(index / columns)) * tile;
      const left = (index % columns) * tile;
      let total = 0;
      for (let i = 0; i < size; i++) {
        const y = top + Math.floor(i / (3 * tile));
        const difference = pixels[3 * (y * side + left) + (i % (3 * tile))] - this.#items[(index * amounts + amount) * size + i];
        total += difference * difference;
      }
      return total;
    };
    const nearest = (index) => {
      const all = Array.from({ length: amounts }, (_, amount) => distance(index, amount));
      return all.indexOf(Math.min(...all));
    };
    return Object.fromEntries(items.map((item, index) => [item, nearest(index)]));
  }

  say(prompt) {
    this.#prompt = prompt;
  }

  setMode() {}

  close() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
