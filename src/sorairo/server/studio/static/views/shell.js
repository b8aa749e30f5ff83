// What surrounds every view: navigation, the state of the connection, and the question for a key.

import {
  change, currentLanguage, dismiss, followAnew, html, icon, link, nothing, readServer, repeat, setKey, setLanguage,
  state, t, unseenCount,
} from "../core/view.js";
import { LANGUAGES } from "../core/language.js";
import { currentTheme, setTheme, THEMES } from "../core/theme.js";
import { iconButton } from "./fields.js";
import { VIEWS } from "./registry.js";

const navigation = () => html`
  <nav class="nav" aria-label=${t("shell.main")}>
    <a class="brand" href=${link("create")}><span class="brand-mark"></span><b>sorairo</b></a>
    <div class="nav-items">
      ${Object.entries(VIEWS)
        .filter(([, view]) => view.nav)
        .map(
          ([name, { nav }]) => html`
            <a class="nav-item" href=${link(name)} aria-current=${state.route.view === name ? "page" : "false"}>
              ${icon(nav.icon)}<span>${nav.label()}</span>
              ${nav.count?.() ? html`<span class="count">${nav.count()}</span>` : nothing}
            </a>
          `,
        )}
    </div>
    <div class="nav-foot">
      <a class="nav-item" href="play">${icon("gamepad")}<span>${t("shell.play")}</span></a>
      <a class="nav-item" href="docs">${icon("docs")}<span>${t("shell.docs")}</span></a>
      ${themeChoice()} ${languageChoice()}
    </div>
  </nav>
`;

const next = (values, value) => values[(values.indexOf(value) + 1) % values.length];

const themeChoice = () => {
  const theme = currentTheme();
  const label = `${t("shell.theme")}: ${t(`shell.${theme}`)}`;
  return html`<button class="nav-item" aria-label=${label} title=${label} @click=${() => setTheme(next(THEMES, theme))}>
    ${icon({ system: "system", light: "sun", dark: "moon" }[theme])}<span>${t(`shell.${theme}`)}</span>
  </button>`;
};

const languageChoice = () => {
  const other = next(Object.keys(LANGUAGES), currentLanguage());
  return html`<button class="nav-item" lang=${other} @click=${() => setLanguage(other)}>
    <span class="glyph" aria-hidden="true">${other === "zh" ? "文" : "A"}</span><span>${LANGUAGES[other]}</span>
  </button>`;
};

const connection = () =>
  state.connection === "offline"
    ? html`<div class="banner" role="status">
        ${icon("warning")}
        <p>${t("shell.offline")} <span class="muted">${t("shell.offlineHint")}</span></p>
      </div>`
    : state.isFull
      ? html`<div class="banner" role="alert">${icon("warning")}<p>${t("shell.full")}</p></div>`
      : nothing;

function useKey(event) {
  event.preventDefault();
  setKey(new FormData(event.target).get("key").trim());
  change({ key: { needed: false, wrong: false } });
  followAnew();
  readServer();
}

const keyQuestion = () => html`
  <main class="gate" id="content">
    <form class="card" @submit=${useKey}>
      <span class="brand-mark large"></span>
      <h1>${t("shell.keyTitle")}</h1>
      <p>${t("shell.keyText")}</p>
      <label class="field wide">
        <span>${t("shell.keyLabel")}</span>
        <input name="key" type="password" autocomplete="off" spellcheck="false" required autofocus />
      </label>
      ${state.key.wrong ? html`<p class="problem" role="alert">${t("shell.keyWrong")}</p>` : nothing}
      <button class="primary">${t("shell.keyOpen")}</button>
    </form>
  </main>
`;

const missing = {
  title: () => t("shell.notFound"),
  draw: () => html`<p>${t("shell.notFound")}</p><a class="button" href=${link("create")}>${t("shell.home")}</a>`,
};

const toasts = () => html`
  <div class="toasts" role="status" aria-live="polite">
    ${repeat(
      state.toasts,
      ({ id }) => id,
      ({ id, text, action, kind }) => html`<div class="toast ${kind}" data-toast=${id}>
        <p>${text}</p>
        ${action
          ? html`<button class="quiet" @click=${() => {
              dismiss(id, true);
              action.run();
            }}>${action.label}</button>`
          : nothing}
        ${iconButton("close", t("common.close"), () => dismiss(id))}
      </div>`,
    )}
  </div>
`;

function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

export function shell() {
  if (state.key.needed) return keyQuestion();
  const { view, params, query } = state.route;
  const shown = VIEWS[view] ?? missing;
  const unseen = unseenCount();
  document.title = `${unseen ? `(${unseen}) ` : ""}${shown.title(params, query)} · sorairo`;
  return html`
    <a class="skip" href="#content" @click=${skip}>${t("shell.skip")}</a>
    ${navigation()}
    <main id="content" tabindex="-1" class="view view-${view}">${connection()} ${shown.draw(params, query)}</main>
    ${toasts()}
  `;
}
