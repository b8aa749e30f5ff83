// A session of play on the server: its WebSocket, resumed by its token when the connection is lost.
//
// `local.js`, the network of an exported page, has the same members: `worlds`, `known`, `open`,
// `start`, `act`, `say`, `setMode`, `close`, and a listener `onChange({status, header, ...})`.

import { recall, remember } from "../core/settings.js";
import { t } from "./words.js";

const AT_ONCE = 2; // steps that are under way
const PATIENCE = 110_000; // milliseconds for which the server keeps a session for us
const ENDED = { 4404: "ended", 4408: "idle", 4409: "taken", 4410: "ended" };

/** The key of this tab, which the studio keeps, too. */
const key = () => sessionStorage.getItem("sorairo.key") ?? "";

/** The answer to a request. Raises an Error with `status`. */
async function send(method, path, body) {
  const headers = { "content-type": "application/json", ...(key() ? { authorization: `Bearer ${key()}` } : {}) };
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw Object.assign(new Error(t("unreachable")), { status: 0 });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error?.message ?? t("unreachable")), { status: response.status });
}

export class Source {
  canKeep = true;
  onChange = () => {};
  #session = recall("play", null, sessionStorage);
  #socket = null;
  #sent = new Map(); // when each step was sent
  #last = 0;
  #lostAt = 0;
  #timer = 0;

  /** The worlds of the server; the first one is played. */
  async worlds() {
    return (await send("GET", "v1/play/worlds")).data;
  }

  setKey(value) {
    sessionStorage.setItem("sorairo.key", value);
  }

  get known() {
    return Boolean(this.#session);
  }

  /** Begins a session, or goes on with the one of this tab. */
  async open(begin = {}) {
    if (!this.#session) {
      this.onChange({ status: "opening" });
      this.#session = await send("POST", "v1/play/sessions", begin);
      remember("play", this.#session, sessionStorage);
    }
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    const url = new URL(this.#session.socket, document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this.#session.token }));
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
    this.#socket = socket;
    this.#sent.clear();
  }

  #receive(data) {
    this.#lostAt = 0;
    if (typeof data === "string") {
      const { message, id } = JSON.parse(data);
      this.#sent.delete(id);
      this.onChange({ problem: message, ofStep: Number.isInteger(id) });
      return;
    }
    const view = new DataView(data);
    const head = view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 8, head)));
    const sent = this.#sent.get(header.id);
    this.#sent.delete(header.id);
    const latency = sent === undefined ? undefined : performance.now() - sent;
    this.onChange({ status: "playing", header, pixels: new Uint8Array(data, 8 + head), latency, problem: "" });
  }

  #lost(code) {
    this.#sent.clear();
    if (code in ENDED) {
      this.#forget();
      this.onChange({ status: ENDED[code] });
      return;
    }
    this.#lostAt ||= performance.now();
    if (performance.now() - this.#lostAt > PATIENCE) {
      this.#forget();
      this.onChange({ status: "ended" });
      return;
    }
    this.onChange({ status: "lost" });
    this.#timer = setTimeout(() => this.#connect(), 700);
  }

  #forget() {
    this.#session = this.#socket = null;
    remember("play", null, sessionStorage);
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #send(message) {
    if (this.#isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Takes a step; false while earlier ones are under way. */
  act(action) {
    if (!this.#isOpen || this.#sent.size >= AT_ONCE) return false;
    this.#sent.set(++this.#last, performance.now());
    this.#send({ type: "step", action, id: this.#last });
    return true;
  }

  /** Begins anew: from a seed, where a prompt says, or from a picture (its pixels as RGB). */
  start({ seed, prompt = "", picture }) {
    if (picture && this.#isOpen) this.#socket.send(picture);
    else this.#send({ type: "start", seed, prompt });
  }

  say(prompt) {
    this.#send({ type: "prompt", prompt });
  }

  setMode(mode) {
    this.#send({ type: "mode", mode });
  }

  /** Puts what was played into the library; its Video object. */
  keep() {
    return send("POST", `v1/play/sessions/${this.#session.id}/video`);
  }

  /** Leaves the session; the server keeps it for a while. */
  close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  async end() {
    const session = this.#session;
    this.close();
    this.#forget();
    if (session) await send("DELETE", `v1/play/sessions/${session.id}`).catch(() => {});
    this.onChange({ status: "over", problem: "" });
  }
}
