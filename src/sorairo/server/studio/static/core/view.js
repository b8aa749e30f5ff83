// What nearly every part of the page draws with, in one import.

export { t } from "./i18n.js";
export { icon } from "./icons.js";
export { html, live, nothing, repeat, svg } from "./lit.js";
export { change, state } from "./state.js";
