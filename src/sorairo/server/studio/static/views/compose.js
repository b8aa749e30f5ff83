// The compose box: a prompt and how the clip is made from it.

import { postJson } from "../core/api.js";
import { body, edit } from "../core/draft.js";
import { icon } from "../core/icons.js";
import { learn, follow } from "../core/library.js";
import { html, live, nothing } from "../core/lit.js";
import { change, state } from "../core/state.js";
import { seconds } from "../core/format.js";
import { t } from "../core/i18n.js";

const SIZES = ["1280x720", "720x1280", "512x512"];
const SECONDS = ["2", "4", "8", "12"];

let sending = false;
let problem = "";

export async function submit(event) {
  event?.preventDefault();
  if (sending) return;
  problem = state.draft.prompt.trim() ? "" : t("compose.empty");
  if (!problem) {
    sending = true;
    change({});
    try {
      learn([await postJson("v1/videos", body())]);
      follow();
    } catch (error) {
      problem = error.message;
    }
    sending = false;
  }
  change({});
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
}

const choice = (name, label, values, text = (value) => value) => html`
  <label class="field">
    <span>${label}</span>
    <select .value=${live(String(state.draft[name]))} @change=${(event) => edit({ [name]: event.target.value })}>
      ${values.map((each) => html`<option value=${each} ?selected=${each === String(state.draft[name])}>${text(each)}</option>`)}
    </select>
  </label>
`;

export const compose = () => html`
  <form class="compose" @submit=${submit} novalidate>
    <label class="prompt">
      <span class="hidden">${t("compose.prompt")}</span>
      <textarea
        name="prompt"
        rows="3"
        placeholder=${t("compose.placeholder")}
        .value=${live(state.draft.prompt)}
        @input=${(event) => edit({ prompt: event.target.value })}
        @keydown=${onKey}
      ></textarea>
    </label>
    <div class="compose-row">
      ${choice("size", t("compose.size"), SIZES, (size) => size.replace("x", " × "))}
      ${choice("seconds", t("compose.seconds"), SECONDS, seconds)}
      ${choice("n", t("compose.variations"), ["1", "2", "3", "4"])}
      <label class="field">
        <span>${t("compose.seed")}</span>
        <input
          type="text"
          inputmode="numeric"
          size="8"
          placeholder=${t("compose.seedRandom")}
          .value=${live(state.draft.seed)}
          @input=${(event) => edit({ seed: event.target.value.replace(/\D/g, "") })}
        />
      </label>
      <button class="primary" ?disabled=${sending}>${icon("create")} ${t("compose.create")}</button>
    </div>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
  </form>
`;
