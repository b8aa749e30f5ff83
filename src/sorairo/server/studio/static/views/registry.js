// All views by their names in the address: "#/clip/video_1" is `clip` with the parameter "video_1".
//
// A view has `title(params, query)` and `draw(params, query)`, which returns a template of lit-html.
// `nav` puts it into the navigation: an icon of `core/icons.js` and, perhaps, a number to show.

import { t, unfinished } from "../core/view.js";
import { clip } from "./clip.js";
import { branches } from "./branches.js";
import { create } from "./create.js";
import { importing } from "./import.js";
import { library } from "./library.js";
import { queue } from "./queue.js";
import { settings } from "./settings.js";
import { storyboard } from "./storyboard.js";
import { trash } from "./trash.js";

export const VIEWS = {
  create: { ...create, nav: { icon: "create", label: () => t("shell.create") } },
  storyboard: { ...storyboard, nav: { icon: "storyboard", label: () => t("storyboard.title") } },
  branches: { ...branches, nav: { icon: "branches", label: () => t("branches.title") } },
  library: { ...library, nav: { icon: "library", label: () => t("shell.library") } },
  queue: { ...queue, nav: { icon: "queue", label: () => t("shell.queue"), count: () => unfinished().length } },
  settings: { ...settings, nav: { icon: "settings", label: () => t("settings.title") } },
  import: importing,
  trash,
  clip,
};
