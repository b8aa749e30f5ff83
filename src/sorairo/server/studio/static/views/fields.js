// Fields and buttons that several views have.

import { openMade } from "../core/board_files.js";
import { costOf } from "../core/estimate.js";
import { cancel, copy, detailsOf, duration, html, icon, isUnfinished, live, newSeed, nothing, retry, t } from "../core/view.js";

/** A choice from `values`, each shown as `write(value)`. The label is there for screen readers alone
 * where it `isHidden`. */
export const choice = ({ name, label, isHidden, value, values, write = (each) => each, onChange }) => html`
  <label class="field"><span class=${isHidden ? "hidden" : nothing}>${label}</span>
    <select name=${name ?? nothing} .value=${live(String(value))} @change=${(event) => onChange(event.target.value)}>
      ${values.map((each) => html`<option value=${each} ?selected=${String(each) === String(value)}>${write(each)}</option>`)}
    </select></label>
`;

/** One line of text; `onChange` gets what is typed when it is left, `onInput` each letter. */
export const textField = ({ label, value, placeholder, most, onInput, onChange, kind = "" }) => html`
  <label class="field ${kind}"><span>${label}</span>
    <input placeholder=${placeholder ?? nothing} maxlength=${most ?? nothing} .value=${onInput ? live(value) : value}
      @input=${(event) => onInput?.(event.target.value)} @change=${(event) => onChange?.(event.target.value)} /></label>
`;

/** A box to tick; `hint` is shown while the pointer is over it. */
export const checkField = (label, isOn, set, isOff = false, hint = nothing) => html`
  <label class="check" title=${hint}><input type="checkbox" .checked=${live(isOn)} ?disabled=${isOff} @change=${(event) => set(event.target.checked)} /> ${label}</label>
`;

const SEED_DIGITS = 15; // of which JavaScript knows every one

/** A seed as text; the placeholder says what "" means, and the button draws one. */
export const seedField = (value, onChange, placeholder = t("compose.seedRandom")) => html`
  <label class="field"><span>${t("compose.seed")}</span>
    <span class="joined">
      <input type="text" inputmode="numeric" size="10" aria-label=${t("compose.seed")} placeholder=${placeholder} .value=${live(String(value ?? ""))}
        @input=${(event) => onChange(event.target.value.replace(/\D/g, "").slice(0, SEED_DIGITS))} />
      ${iconButton("dice", t("compose.seedNew"), () => onChange(String(newSeed())))}
    </span></label>
`;

/** A round button with an icon alone. */
export const iconButton = (name, label, run, kind = "") =>
  html`<button type="button" class="round quiet ${kind}" aria-label=${label} title=${label} @click=${run}>${icon(name)}</button>`;

/** A line for a tag; `onTag` gets the field of a request that changes tags. `canRemove`: with two buttons. */
export const tagForm = (onTag, canRemove = false) => html`
  <form class="joined" @submit=${(event) => {
    event.preventDefault();
    const field = event.target.elements.tag;
    const tag = field.value.trim();
    if (tag) onTag({ [event.submitter?.value || "add_tags"]: [tag] });
    field.value = "";
  }}>
    <input name="tag" size="10" maxlength="64" placeholder=${t("library.addTag")} aria-label=${t("library.addTag")} />
    ${canRemove ? html`<button>${t("library.add")}</button><button value="remove_tags">${t("library.removeTag")}</button>` : nothing}
  </form>
`;

/** Text to copy, such as a command. */
export const copyable = (text) => html`
  <span class="command">
    <code>${text}</code>
    ${iconButton("copy", t("settings.copy", { text }), () => copy(text))}
  </span>
`;

/** Opens the storyboard by which a video was made. */
export const openBoardButton = ({ id }) => {
  const { recipe } = detailsOf(id);
  return html`<button type="button" ?disabled=${!recipe} @click=${() => openMade(recipe)}>${icon("storyboard")} ${t("storyboard.openMade")}</button>`;
};

/** Stops a video that is being made, or makes one again that has failed. */
export const jobButton = (video) =>
  isUnfinished(video)
    ? html`<button ?disabled=${Boolean(video.cancel_requested)} @click=${() => cancel(video.id)}>${t("common.cancel")}</button>`
    : html`<button @click=${() => retry(video)}>${icon("retry")} ${t("common.retry")}</button>`;

/** How far something is. */
export const meter = (value, most = 100, label = t("jobs.progress")) =>
  html`<progress max=${Math.max(1, most)} .value=${value} aria-label=${label}></progress>`;

/** A button that opens the file dialog; `onFiles` gets the chosen files. */
export const fileButton = (content, onFiles, { kind = "", label, accept, isFolder = false, isMultiple = false }) => html`
  <button type="button" class=${kind} @click=${(event) => event.currentTarget.nextElementSibling.click()}>${content}</button>
  <input type="file" hidden accept=${accept ?? nothing} ?multiple=${isMultiple} .webkitdirectory=${isFolder} aria-label=${label}
    @change=${(event) => {
      onFiles([...event.target.files]);
      event.target.value = "";
    }} />
`;

/** A style in words. */
export function styleName(style) {
  const known = t(`compose.style_${style || "none"}`);
  return known.startsWith("compose.") ? style.replaceAll("_", " ") : known;
}

/** "about 8 s": what a request would take. */
export function costText(path, body) {
  const cost = costOf(path, body);
  return cost ? html`<span class="cost muted small">${t("compose.cost", { time: duration(cost) })}</span>` : nothing;
}

export const sizeName = (size) => size.replace("x", " × ");

export const loading = () => html`<p class="muted" role="status">${t("clip.loading")}</p>`;
