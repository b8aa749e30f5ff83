// All keys of the server, for who has an administrator's key; and the commands for who has none.

import { attempt, change, getJson, html, nothing, postJson, repeat, send, state, subscribe, t } from "../core/view.js";
import { checkField, copyable, iconButton, textField } from "./fields.js";

state.keys = [];
const form = { name: "", admin: false };

export const readKeys = async () => change({ keys: (await getJson("v1/keys")).data });

// A secret is shown once, as long as the view is open.
subscribe(({ route }) => {
  if (route.view !== "settings") state.newKey = "";
});

const create = (event) => {
  event.preventDefault();
  return attempt(async () => {
    const { key } = await postJson("v1/keys", form);
    Object.assign(form, { name: "", admin: false });
    change({ newKey: key });
    await readKeys();
  });
};

const revoke = ({ id, name }) =>
  confirm(t("settings.revokeSure", { name })) &&
  attempt(async () => {
    await send("DELETE", `v1/keys/${id}`);
    await readKeys();
  });

export const keyCommands = () => ["create --name studio --admin", "list", "revoke KEY_ID"].map((each) => copyable(`sorairo keys ${each}`));

const line = (key, own) => html`
  <li class="model"><p class="row">
    <b>${key.name}</b> <span class="muted mono small">${key.id}</span>
    ${["admin", "revoked_at"].map((each) => (key[each] ? html`<span class="chip plain">${t(`settings.key_${each}`)}</span>` : nothing))}
    ${key.revoked_at || key.id === own.id ? nothing : iconButton("trash", t("settings.revoke", key), () => revoke(key))}
  </p></li>
`;

const set = (changes) => change(() => Object.assign(form, changes));

export const allKeys = (own) => html`
  <ul class="models">${repeat(state.keys, ({ id }) => id, (each) => line(each, own))}</ul>
  <form class="stack" @submit=${create}>
    ${textField({ label: t("settings.newKey"), value: form.name, most: 255, onInput: (name) => set({ name }) })}
    ${checkField(t("settings.mayManage"), form.admin, (admin) => set({ admin }))}
    <div class="row"><button>${t("settings.makeKey")}</button></div>
  </form>
  ${state.newKey ? html`<p role="status">${t("settings.secret")}</p>${copyable(state.newKey)}` : nothing}
`;
