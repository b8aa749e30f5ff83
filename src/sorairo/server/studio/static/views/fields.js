// Fields and buttons that several views have.

import { costOf } from "../core/estimate.js";
import { duration, html, icon, live, nothing, t } from "../core/view.js";

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

/** A round button with an icon alone. */
export const iconButton = (name, label, run, kind = "") =>
  html`<button type="button" class="round quiet ${kind}" aria-label=${label} title=${label} @click=${run}>${icon(name)}</button>`;

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
