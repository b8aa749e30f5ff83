// What nearly every part of the page draws with, in one import.

export { ago, bytes, duration, number, percent, seconds } from "./format.js";
export { t } from "./i18n.js";
export { icon } from "./icons.js";
export { html, live, nothing, repeat, svg } from "./lit.js";
export { go, link } from "./router.js";
export { change, state } from "./state.js";
