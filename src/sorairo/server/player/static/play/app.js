// The page of play: a head with language and appearance, and the player below.

import { icon } from "../core/icons.js";
import { html, nothing, render } from "../core/lit.js";
import { subscribe } from "../core/state.js";
import { currentTheme, setTheme, THEMES } from "../core/theme.js";
import "./player.js";
import { otherLanguage, setLanguage, t } from "./words.js";

const isLocal = "local" in document.documentElement.dataset;
const { Source } = await import(isLocal ? "./local.js" : "./remote.js");
const source = new Source();
const next = (values, value) => values[(values.indexOf(value) + 1) % values.length];

function page() {
  const theme = currentTheme();
  const look = `${t("theme")}: ${t(theme)}`;
  const other = otherLanguage();
  document.title = `${t("title")} · sorairo`;
  return html`
    <header class="play-head">
      <h1>${t("title")}</h1>
      <span class="row">
        ${isLocal ? nothing : html`<a class="button quiet" href="./">${t("studio")}</a>`}
        <button class="quiet round" aria-label=${look} title=${look} @click=${() => setTheme(next(THEMES, theme))}>${icon({ system: "system", light: "sun", dark: "moon" }[theme])}</button>
        <button class="quiet" lang=${other.name} @click=${() => setLanguage(other.name)}>${other.text}</button>
      </span>
    </header>
    <main><so-play .source=${source} .language=${other.name}></so-play></main>
  `;
}

const draw = () => render(page(), document.getElementById("app"));
subscribe(draw);
draw();
