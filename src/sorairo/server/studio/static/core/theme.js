// Light or dark: as the system, unless the user has chosen.

import { change } from "./state.js";
import { recall, remember } from "./settings.js";

export const THEMES = ["system", "light", "dark"];

let theme = recall("theme", "system");
if (!THEMES.includes(theme)) theme = "system";
apply();

export const currentTheme = () => theme;

export function setTheme(name) {
  theme = name;
  remember("theme", name);
  apply();
  change({});
}

function apply() {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
