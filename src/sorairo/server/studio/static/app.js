// The studio. It begins here: the shell is drawn, and drawn again after every change of the state.

import { getJson } from "./core/api.js";
import { follow } from "./core/library.js";
import { render } from "./core/lit.js";
import { startRouter } from "./core/router.js";
import { change, subscribe } from "./core/state.js";
import { shell } from "./views/shell.js";

const CLOCK = 30_000; // milliseconds after which "3 minutes ago" is written anew

const root = document.getElementById("app");
subscribe(() => render(shell(), root));
startRouter();
follow();
setInterval(() => change({ now: Date.now() }), CLOCK);

getJson("v1/models")
  .then(({ data }) => change(({ server }) => {
    server.models = data.map((each) => each.id);
  }))
  .catch(() => {});
