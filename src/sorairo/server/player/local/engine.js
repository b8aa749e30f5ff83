// The networks of an exported page, run by onnxruntime-web on one thread of a worker.
//
// It does what `sorairo.models.crafter.dream` does in Python: noise becomes the next picture's
// latents by a few Euler steps, given an action, the last frames (keys and values) and what was last
// seen of each place. `tests/browser/test_play_export.py` compares the two.

const GRAPHS = ["denoiser", "moves", "encoder", "decoder"];
const START_STEPS = 4; // solver steps of a picture that is dreamed from words alone

/** Numbers from 0 to 1 by a seed (mulberry32). */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normal numbers (Box and Muller). */
function normal(next, count) {
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}

/** What was last seen of each place of the world, in a memory of fixed size. */
class PlaceMemory {
  constructor({ span, changed, channels, mapPlaces, sleepPlace, places, columns, rows }) {
    Object.assign(this, { span, changed, channels, mapPlaces, sleepPlace, places, columns, rows, asleep: false });
    this.seen = new Map();
    this.items = new Float32Array((places - mapPlaces) * channels);
    this.itemsSince = new Array(places - mapPlaces).fill(-1);
  }

  *#where([x, y]) {
    const wrap = (value) => ((value % this.span) + this.span) % this.span;
    for (let i = 0; i < this.mapPlaces; i++) {
      const column = x - Math.floor(this.columns / 2) + (i % this.columns);
      const row = y - Math.floor(this.rows / 2) + Math.floor(i / this.columns);
      yield [i, wrap(row) * this.span + wrap(column), `${row},${column}`];
    }
  }

  write(latents, position, time, asleep) {
    const { channels } = this;
    for (const [i, key, owner] of this.#where(position)) {
      this.seen.set(key, { owner, time, latents: latents.slice(i * channels, (i + 1) * channels) });
    }
    const items = latents.slice(this.mapPlaces * channels);
    this.itemsSince = this.itemsSince.map((since, i) => {
      const [before, now] = [this.items, items].map((each) => each.subarray(i * channels, (i + 1) * channels));
      const distance = Math.hypot(...now.map((value, channel) => value - before[channel]));
      const turned = this.mapPlaces + i === this.sleepPlace && asleep !== this.asleep;
      return since < 0 || distance > this.changed || turned ? time : since;
    });
    Object.assign(this, { items, asleep });
  }

  read(position, time) {
    const { channels } = this;
    const memory = new Float32Array(this.places * channels);
    const age = new Float32Array(this.places);
    this.itemsSince.forEach((since, i) => (age[this.mapPlaces + i] = since < 0 ? -1 : time - since));
    for (const [i, key, owner] of this.#where(position)) {
      const found = this.seen.get(key);
      const known = found?.owner === owner;
      if (known) memory.set(found.latents, i * channels);
      age[i] = known ? time - found.time : -1;
    }
    memory.set(this.items, this.mapPlaces * channels);
    return { memory, age };
  }
}

export class Engine {
  /** Loads the graphs below the address `base`; `provider` is "wasm" or "webgpu". */
  static async load(base, runtime, provider = "wasm") {
    const engine = new Engine();
    const ort = (engine.ort = await import(new URL(provider === "webgpu" ? "ort-webgpu.js" : "ort.js", runtime)));
    const name = provider === "webgpu" ? "ort-wasm-webgpu" : "ort-wasm";
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.proxy = false;
    ort.env.wasm.wasmPaths = { mjs: new URL(`${name}.js`, runtime).href, wasm: new URL(`${name}.wasm`, runtime).href };
    ort.env.logLevel = "error";
    const { world, model } = await (await fetch(new URL("play.json", base))).json();
    engine.facts = { ...model, columns: world.columns, rows: world.rows, side: world.side, actions: world.actions };
    engine.features = new Float32Array(await (await fetch(new URL("features.bin", base))).arrayBuffer());
    engine.sessions = {};
    for (const graph of GRAPHS) {
      const bytes = new Uint8Array(await (await fetch(new URL(`${graph}.onnx`, base))).arrayBuffer());
      engine.sessions[graph] = await ort.InferenceSession.create(bytes, { executionProviders: [provider], graphOptimizationLevel: "all" });
    }
    return engine;
  }

  #tensor(data, dims, type = "float32") {
    return new this.ort.Tensor(type, data, dims);
  }

  async #run(graph, feeds) {
    const found = await this.sessions[graph].run(feeds);
    return Object.fromEntries(Object.entries(found).map(([name, tensor]) => [name, tensor.data]));
  }

  #action(number) {
    return this.#tensor(BigInt64Array.of(BigInt(number)), [1], "int64");
  }

  /** Begins with a picture (RGB, a byte each), or, without one, with one that is dreamed from the prompt. */
  async start({ picture, prompt = 0, seed = 0, noise }) {
    const { places, channels } = this.facts;
    this.random = uniform(seed);
    this.memory = new PlaceMemory(this.facts);
    Object.assign(this, { past: [], unkept: null, position: [0, 0], time: 0, prompt });
    this.unkept = { action: 0, picture };
    if (!picture) {
      await this.#decode(await this.#sample(0, START_STEPS, noise ?? normal(this.random, places * channels)));
    }
    return Uint8Array.from(this.unkept.picture);
  }

  /** The next picture, RGB with a byte each. `noise` takes the place of random numbers. */
  async step(action, { prompt = this.prompt, noise } = {}) {
    const { places, channels, facings, actions } = this.facts;
    await this.keep();
    this.prompt = prompt;
    this.time += 1;
    const moves = facings[actions[action]];
    if (moves) {
      const feeds = { latents: this.#tensor(this.latents, [places, channels]), action: this.#action(action) };
      if ((await this.#run("moves", feeds)).logit[0] > 0) this.position = [this.position[0] + moves[0], this.position[1] + moves[1]];
    }
    this.unkept = { action };
    await this.#decode(await this.#sample(action, this.#steps(), noise ?? normal(this.random, places * channels)));
    return Uint8Array.from(this.unkept.picture);
  }

  /** How many solver steps the next picture takes: more where it shows land that was never seen. */
  #steps() {
    const { steps, newLandSteps, mapPlaces } = this.facts;
    const { age } = this.memory.read(this.position, this.time);
    return age.subarray(0, mapPlaces).some((each) => each < 0) ? Math.max(steps, newLandSteps) : steps;
  }

  async #denoise(x, sigma, action) {
    const { places, channels, layers, heads, head, textLength, textWidth, masks } = this.facts;
    const { memory, age } = this.memory.read(this.position, this.time);
    const size = textLength * textWidth;
    const past = this.past.length * places;
    return this.#run("denoiser", {
      x: this.#tensor(x, [places, channels]),
      sigma: this.#tensor(Float32Array.of(sigma), [1]),
      action: this.#action(action),
      features: this.#tensor(this.features.slice(this.prompt * size, (this.prompt + 1) * size), [textLength, textWidth]),
      mask: this.#tensor(Uint8Array.from(masks[this.prompt]), [textLength], "bool"),
      memory: this.#tensor(memory, [places, channels]),
      age: this.#tensor(age, [places]),
      place: this.#tensor(Float32Array.of(this.time, ...this.position), [3]),
      past_keys: this.#tensor(this.#pastOf("keys"), [layers, past, heads, head]),
      past_values: this.#tensor(this.#pastOf("values"), [layers, past, heads, head]),
    });
  }

  /** The keys or values of the frames before, one layer after the other. */
  #pastOf(name) {
    const { places, layers, heads, head } = this.facts;
    const size = places * heads * head;
    const found = new Float32Array(layers * this.past.length * size);
    for (let layer = 0, at = 0; layer < layers; layer++) {
      for (const frame of this.past) {
        found.set(frame[name].subarray(layer * size, (layer + 1) * size), at);
        at += size;
      }
    }
    return found;
  }

  async #sample(action, steps, noise) {
    const { places, mapPlaces, channels, items } = this.facts;
    const [first, last] = [mapPlaces * channels, (mapPlaces + items) * channels];
    let x = noise;
    let amounts; // are drawn by the noise, at the first step
    for (let step = 0; step < steps; step++) {
      const now = 1 - step / steps;
      const then = 1 - (step + 1) / steps;
      const { clean } = await this.#denoise(x, now, action);
      amounts ??= clean.slice(first, last);
      if (items) clean.set(amounts, first);
      x = Float32Array.from(clean, (value, i) => (1 - then) * value + (then * (x[i] - (1 - now) * value)) / now);
    }
    return x;
  }

  async #decode(latents) {
    const { places, channels } = this.facts;
    this.unkept.picture = (await this.#run("decoder", { latents: this.#tensor(latents, [places, channels]) })).picture;
  }

  /**
   * Remembers the picture that was shown last, for those after it: the picture, encoded, and not the latents
   * that it was decoded from, whose small errors would add up.
   */
  async keep() {
    if (!this.unkept) return;
    const { action, picture } = this.unkept;
    const { side } = this.facts;
    this.unkept = null;
    const { latents, asleep } = await this.#run("encoder", { picture: this.#tensor(Float32Array.from(picture), [side, side, 3]) });
    this.latents = latents;
    const { keys, values } = await this.#denoise(latents, 0, action);
    this.past = [...this.past, { keys, values }].slice(-(this.facts.window - 1));
    this.memory.write(latents, this.position, this.time, asleep[0] > 0);
  }
}

let engine;
let queue = Promise.resolve();

async function answer({ type, id, ...message }) {
  try {
    if (type === "load") {
      engine = await Engine.load(message.base, message.runtime, message.provider);
      self.postMessage({ id });
      return;
    }
    const began = performance.now();
    const pixels = type === "start" ? await engine.start(message) : await engine.step(message.action, message);
    self.postMessage({ id, pixels, ms: performance.now() - began }, [pixels.buffer]);
    await engine.keep();
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.onmessage = ({ data }) => {
    queue = queue.then(() => answer(data));
  };
}
