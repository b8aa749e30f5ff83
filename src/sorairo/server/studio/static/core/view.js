// What the parts of the page are written with, in one import.

export * from "./actions.js";
export * from "./api.js";
export * from "./characters.js";
export * from "./details.js";
export * from "./draft.js";
export * from "./format.js";
export * from "./i18n.js";
export * from "./icons.js";
export * from "./library.js";
export * from "./lit.js";
export * from "./notify.js";
export * from "./router.js";
export * from "./said.js";
export * from "./server.js";
export * from "./state.js";
export * from "./toasts.js";
