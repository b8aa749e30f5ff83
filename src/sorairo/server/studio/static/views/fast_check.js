// Whether a clip is made in few steps, for models that can do so.

import { fastOf, html, live, nothing, t } from "../core/view.js";

export function fastCheck(model, value, set) {
  const fast = fastOf(model);
  if (!fast) return nothing;
  const isHere = fast.to_do === "";
  return html`<label class="check" title=${t("compose.fastHint")}><input type="checkbox" .checked=${live(value && isHere)} ?disabled=${!isHere}
      @change=${(event) => set(event.target.checked)} /> <span class="name">${fast.steps ? t("compose.fastSteps", { n: fast.steps }) : t("compose.fast")}</span>
      ${isHere ? nothing : html`<span class="small muted">${t("compose.fastMissing", { what: fast.folder ? t("compose.fastPlace", fast) : fast.to_do })}</span>`}</label>`;
}
