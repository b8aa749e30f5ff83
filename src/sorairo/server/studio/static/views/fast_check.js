// Whether a clip is made in few steps, for models that can do so.

import { fastOf, html, nothing, t } from "../core/view.js";
import { checkField } from "./fields.js";

/** "Fast (4 steps)" */
export const fastName = (steps) => (steps ? t("compose.fastSteps", { n: steps }) : t("compose.fast"));

export function fastCheck(model, value, set) {
  const fast = fastOf(model);
  if (!fast) return nothing;
  const isHere = fast.to_do === "";
  const label = html`<span class="name">${fastName(fast.steps)}</span>
    ${isHere ? nothing : html`<span class="small muted">${t("compose.fastMissing", { what: fast.folder ? t("compose.fastPlace", fast) : fast.to_do })}</span>`}`;
  return checkField(label, (value ?? fast.default) && isHere, set, !isHere, t("compose.fastHint"));
}
