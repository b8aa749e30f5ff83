// The client of the public API: every request of the page goes through here.
//
// Addresses are relative to the page, so that a proxy may serve it below any path.

import { t } from "./i18n.js";
import { errorText } from "./said.js";
import { change, state } from "./state.js";

const KEY = "sorairo.key";
const CONNECTION_RETRY = 1000; // milliseconds

/** An answer of the server that is not a success, or none at all (`status` 0). */
export class ApiError extends Error {
  constructor(status, { message, code, param, detail } = {}) {
    super(message ? errorText({ code, message, detail }) : t("shell.status", { status }));
    Object.assign(this, { status, code: code ?? "", param: param ?? "" });
  }
}

/** The key of this tab, or "". It is kept until the tab is closed, and nowhere else. */
export const key = () => sessionStorage.getItem(KEY) ?? "";

export function setKey(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

export const address = (path) => new URL(path, document.baseURI).href;

/** The response to a request; `body` is a FormData, or a value that is sent as JSON. */
export async function send(method, path, { body, signal, keepalive, headers = {} } = {}) {
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers = { ...headers, "content-type": "application/json" };
  const sent = key();
  if (sent) headers = { ...headers, authorization: `Bearer ${sent}` };
  let response;
  try {
    const content = body === undefined || isForm ? body : JSON.stringify(body);
    response = await fetch(address(path), { method, headers, body: content, signal, keepalive });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    offline();
    throw new ApiError(0, { code: "offline", message: t("shell.unreachable") });
  }
  if (state.connection !== "online") change({ connection: "online" });
  // the answer to a request of before a key was given says nothing of that key
  if (response.status === 401 && sent === key()) change({ key: { needed: true, wrong: Boolean(sent) } });
  if (!response.ok) throw new ApiError(response.status, await errorOf(response));
  return response;
}

async function errorOf(response) {
  try {
    return (await response.json()).error;
  } catch {
    return {};
  }
}

export async function getJson(path, options) {
  return (await send("GET", path, options)).json();
}

/** All of a list, page by page; `path` is its address below v1, up to the "limit" of its query. */
export async function readList(path, onPage) {
  const all = [];
  let after = "";
  do {
    const page = await getJson(`v1/${path}limit=100${after}`);
    all.push(...page.data);
    onPage?.(page.data);
    after = page.has_more && `&after=${page.last_id}`;
  } while (after);
  return all;
}

/** Sends a value as JSON, or a form as it is, and reads the JSON that comes back. */
export async function postJson(path, body, options) {
  return (await send("POST", path, { body, ...options })).json();
}

const asked = {}; // by requests without an answer: their keys

/** Asks for a clip. Where the answer was lost, the same request again finds the clip and makes no other. */
export async function postOnce(path, body) {
  const name = path + JSON.stringify(body);
  const video = await postJson(path, body, { headers: { "idempotency-key": (asked[name] ??= Math.random()) } });
  delete asked[name];
  return video;
}

/** A file of the server as a Blob, with the key of this tab. */
export async function getBlob(path, options) {
  return (await send("GET", path, options)).blob();
}

let probing = false;

/** Tries, until it succeeds, to reach the server again. */
function offline() {
  if (state.connection !== "offline") change({ connection: "offline" });
  if (probing) return;
  probing = true;
  const probe = async () => {
    try {
      await fetch(address("healthz"));
      probing = false;
      change({ connection: "online" });
    } catch {
      setTimeout(probe, CONNECTION_RETRY);
    }
  };
  setTimeout(probe, CONNECTION_RETRY);
}
