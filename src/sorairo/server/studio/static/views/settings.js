// Settings: the key of this tab, what it may use and uses, the disk, and the models.

import "../elements/sheet.js";
import {
  ago, bytes, change, duration, getJson, html, icon, keptCharacters, key, link, nothing, number,
  removeCharacter, repeat, state, summaryOf, t,
} from "../core/view.js";
import { copyable, iconButton, loading, meter, sizeName } from "./fields.js";
import { allKeys, keyCommands, readKeys } from "./keys.js";

const FRESH = 10_000; // milliseconds after which the figures are read again

state.settings = { account: null, server: null };
let readAt = 0;

async function read() {
  if (Date.now() - readAt < FRESH) return;
  readAt = Date.now();
  try {
    const [account, server] = await Promise.all([getJson("v1/account"), getJson("v1/server")]);
    if (account.key?.admin) await readKeys();
    change({ settings: { account, server } });
  } catch {
    readAt = 0; // api.js has noted what is wrong
  }
}

const figure = (name, used, most, write) => html`
  <div class="meter">
    <p><b>${name}</b> <span class="muted">${most === null ? write(used) : t("settings.of", { used: write(used), most: write(most) })}</span></p>
    ${most === null ? nothing : meter(used, most, name)}
  </div>
`;

const pixelSeconds = (value) => t("settings.pixelSeconds", { n: number(value / 1e6, 1) });

/** Nothing that belongs to this key is shown with another one. */
function forgetKey() {
  sessionStorage.clear();
  location.reload();
}

const keys = (account) => html`
  <section class="card stack" aria-labelledby="settings-keys">
    <h2 id="settings-keys">${t("settings.keys")}</h2>
    ${account.key
      ? html`<p>${t("settings.usesKey", { name: account.key.name })} <span class="muted mono">${account.key.id}</span></p>
          <div class="row"><button @click=${forgetKey} ?disabled=${!key()}>${t("settings.otherKey")}</button></div>
          ${account.key.admin ? allKeys(account.key) : html`<p>${t("settings.manageKeys")}</p>${keyCommands()}`}`
      : html`<p>${t("settings.noKey")}</p>${keyCommands()}`}
  </section>
`;

const use = ({ quota, used, disk, retention_seconds: retention }) => html`
  <section class="card stack" aria-labelledby="settings-use">
    <h2 id="settings-use">${t("settings.use")}</h2>
    ${figure(t("settings.jobs"), used.jobs, quota.jobs, number)}
    ${quota.pixel_seconds_per_day === null ? nothing : figure(t("settings.day"), used.pixel_seconds, quota.pixel_seconds_per_day, pixelSeconds)}
    ${figure(t("settings.storage"), used.bytes, quota.bytes, bytes)}
    ${disk.free_bytes === null ? nothing : html`<p>${t("settings.free", { n: bytes(disk.free_bytes) })} <span class="muted">${t("settings.reserved", { n: bytes(disk.reserved_bytes) })}</span></p>`}
    <p class="muted">${retention ? t("settings.kept", { time: duration(retention) }) : t("settings.keptForever")}</p>
    <div class="row"><a class="button" href=${link("import")}>${icon("import")} ${t("import.title")}</a></div>
  </section>
`;

const character = (each) => html`
  <li class="character">
    <so-sheet isClip .source=${`v1/videos/characters/${each.id}/content`} .label=${each.name} .alt=${each.name}></so-sheet>
    <p class="row"><b>${each.name}</b> <span class="muted small">${ago(each.created_at, state.now)}</span>
      ${iconButton("trash", t("settings.removeCharacter", each), () => removeCharacter(each))}</p>
  </li>
`;

const characters = () => html`
  <section class="card stack" aria-labelledby="settings-characters">
    <h2 id="settings-characters">${t("compose.characters")}</h2>
    ${keptCharacters().length ? html`<ul class="characters">${repeat(keptCharacters(), ({ id }) => id, character)}</ul>` : html`<p class="muted">${t("settings.noCharacters")}</p>`}
  </section>
`;

const model = (each) => html`
  <li class="model">
    <p><b>${each.id}</b> ${each.served ? html`<span class="chip plain">${t("settings.served")}</span>` : nothing}</p>
    <p class="muted small">
      ${bytes(each.bytes)} ·
      ${each.trained_for.includes("play")
        ? html`<a class="in-text" href="play">${t("shell.play")}</a>`
        : `${each.native_sizes.map(sizeName).join(", ")} · ${t("settings.upTo", { n: number(each.native_seconds, 1) })}`}${each.licence ? ` · ${each.licence}` : ""}
    </p>
    ${each.notes ? html`<p class="small">${each.notes}</p>` : nothing}
  </li>
`;

const pull = (each) => html`
  <li class="model">
    <p><b>${each.id}</b> <span class="muted">${t(each.bytes_complete ? "settings.takes" : "settings.takesMore", { n: bytes(each.bytes) })} · ${each.licence}</span></p>
    <p class="small">${summaryOf(each)}</p>
    ${copyable(each.command)}
  </li>
`;

const models = ({ models: installed, pulls, version }) => html`
  <section class="card stack" aria-labelledby="settings-models">
    <h2 id="settings-models">${t("settings.models")}</h2>
    <ul class="models">${installed.map(model)}</ul>
    ${pulls.length ? html`<h3>${t("settings.pulls")}</h3><ul class="models">${pulls.map(pull)}</ul>` : nothing}
    <p class="muted small">sorairo ${version}</p>
  </section>
`;

export const settings = {
  title: () => t("settings.title"),
  draw: () => {
    read();
    const { account, server } = state.settings;
    return html`
      <h1>${t("settings.title")}</h1>
      ${account && server
        ? html`<div class="settings"><div class="stack">${keys(account)} ${use(account)} ${characters()}</div>${models(server)}</div>`
        : loading()}
    `;
  },
};
