// All tables of words, by area. A new view adds a file with the exports `en` and `zh`, and a line here.

import * as actions from "./actions.js";
import * as branches from "./branches.js";
import * as clip from "./clip.js";
import * as common from "./common.js";
import * as compose from "./compose.js";
import * as details from "./details.js";
import * as errors from "./errors.js";
import * as importing from "./import.js";
import * as jobs from "./jobs.js";
import * as library from "./library.js";
import * as models from "./models.js";
import * as notes from "./notes.js";
import * as player from "./player.js";
import * as settings from "./settings.js";
import * as shell from "./shell.js";
import * as storyboard from "./storyboard.js";
import * as tools from "./tools.js";

// What the server says itself in English: these tables have the other languages alone.
const serverWords = ({ zh }) => ({ en: Object.fromEntries(Object.keys(zh).map((code) => [code, ""])), zh });

export const TABLES = {
  actions,
  branches,
  clip,
  common,
  compose,
  details: serverWords(details),
  errors: serverWords(errors),
  import: importing,
  jobs,
  library,
  models: serverWords(models),
  notes: serverWords(notes),
  player,
  settings,
  shell,
  storyboard,
  tools,
};
