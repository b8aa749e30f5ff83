// The studio. It begins here: the shell is drawn, and drawn again after every change of the state.

import "./core/estimate.js";
import { follow, followAnew } from "./core/library.js";
import { render } from "./core/lit.js";
import { startRouter } from "./core/router.js";
import { readServer } from "./core/server.js";
import { change, state, subscribe } from "./core/state.js";
import { shell } from "./views/shell.js";

const CLOCK = 30_000; // milliseconds after which the age of a clip is written anew

const draw = () => render(shell(), document.getElementById("app"));
subscribe(draw);
startRouter();
draw(); // at once: who presses Tab as soon as the page is loaded finds something
follow();
readServer();

let connection = state.connection;
subscribe(() => {
  if (connection === "offline" && state.connection === "online") {
    followAnew();
    readServer();
  }
  connection = state.connection;
});

setInterval(() => change({ now: Date.now() }), CLOCK);
