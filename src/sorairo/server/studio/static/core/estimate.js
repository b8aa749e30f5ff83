// What the draft would make: how its prompt is read and how long it would take, asked of the server a
// moment after each change.

import { postJson } from "./api.js";
import { request, seedOf } from "./draft.js";
import { onEnded } from "./library.js";
import { change, state, subscribe } from "./state.js";

const PAUSE = 350; // milliseconds without a change
const AGAIN = 3000; // milliseconds after which a server that has measured nothing yet is asked again

// `reading` and `estimate` are answers of the server, for the draft as it is.
state.plan = { reading: null, estimate: null, problem: "" };

let asked = "";
let timer = 0;
let running;

function ask() {
  const { path, body } = request();
  const wanted = body.prompt.trim() && !state.key.needed ? JSON.stringify([path, body]) : "";
  if (wanted === asked) return;
  asked = wanted;
  clearTimeout(timer);
  running?.abort();
  if (wanted) timer = setTimeout(() => read(path, body, wanted), PAUSE);
  else if (state.plan.reading || state.plan.problem) change({ plan: { reading: null, estimate: null, problem: "" } });
}

async function read(path, body, wanted) {
  running = new AbortController();
  const { signal } = running;
  const plan = { reading: null, estimate: null, problem: "" };
  const question = { prompt: body.prompt, seed: seedOf(), ...(body.model && { model: body.model }) };
  try {
    const [reading, estimate] = await Promise.all([
      postJson("v1/prompts/readings", question, { signal }),
      postJson(`${path}/estimate`, body, { signal }).catch((error) => {
        if (error.status !== 400) throw error;
        plan.problem = error.message;
        return null;
      }),
    ]);
    Object.assign(plan, { reading, estimate });
  } catch (error) {
    if (error.name === "AbortError") return;
    plan.estimate = { estimated_seconds: null }; // as nothing is known, it is asked again
  }
  if (wanted === asked) change({ plan });
  if (plan.estimate?.estimated_seconds === null) later(() => wanted === asked && (asked = ""));
}

const later = (forget) =>
  setTimeout(() => {
    forget();
    change({});
  }, AGAIN);

const costs = new Map(); // seconds of the requests that forms would send, by path and body
let costTimer = 0;

/** How many seconds a request would take; 0 until the server has said so, or where it knows nothing. */
export function costOf(path, body) {
  const wanted = JSON.stringify([path, body]);
  if (!costs.has(wanted)) {
    clearTimeout(costTimer);
    costTimer = setTimeout(async () => {
      costs.set(wanted, 0);
      const found = await postJson(`${path}/estimate`, body).catch(() => ({})); // it is said when it is sent
      costs.set(wanted, found.estimated_seconds ?? 0);
      if (found.estimated_seconds === null) later(() => costs.delete(wanted));
      change({});
    }, PAUSE);
  }
  return costs.get(wanted) ?? 0;
}

// What has been made changes how long the next one is expected to take.
onEnded(() => {
  asked = "";
  costs.clear();
});
subscribe(ask);
