// All tables of words, by area. A new view adds a file with the exports `en` and `zh`, and a line here.

import * as actions from "./actions.js";
import * as clip from "./clip.js";
import * as common from "./common.js";
import * as compose from "./compose.js";
import * as jobs from "./jobs.js";
import * as library from "./library.js";
import * as player from "./player.js";
import * as shell from "./shell.js";
import * as tools from "./tools.js";

export const TABLES = { actions, clip, common, compose, jobs, library, player, shell, tools };
