// All tables of words, by area. A new view adds a file with the exports `en` and `zh`, and a line here.

import * as clip from "./clip.js";
import * as common from "./common.js";
import * as compose from "./compose.js";
import * as jobs from "./jobs.js";
import * as shell from "./shell.js";

export const TABLES = { clip, common, compose, jobs, shell };
