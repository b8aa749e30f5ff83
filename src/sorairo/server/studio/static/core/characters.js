// Deleting kept characters. The server deletes them for good, so it is asked only when "Undo" has gone.

import { send } from "./api.js";
import { edit } from "./draft.js";
import { t } from "./i18n.js";
import { readCharacters } from "./server.js";
import { change, state } from "./state.js";
import { toast } from "./toasts.js";

const leaving = new Set(); // ids that are deleted when their message goes

/** The characters that are kept, without those that are being deleted. */
export const keptCharacters = () => state.server.characters.filter(({ id }) => !leaving.has(id));

async function removeNow(id, options) {
  if (!leaving.has(id)) return;
  try {
    await send("DELETE", `v1/videos/characters/${id}`, options);
    await readCharacters();
  } catch (error) {
    if (error.status !== 404) toast(error.message, { kind: "bad" });
  }
  leaving.delete(id);
  change({});
}

export function removeCharacter({ id, name }) {
  leaving.add(id);
  const { characters } = state.draft;
  edit({ characters: characters.filter((each) => each !== id) });
  const undo = () => {
    leaving.delete(id);
    edit({ characters });
  };
  const action = { label: t("common.undo"), run: undo };
  toast(t("settings.characterGone", { name }), { action, onGone: () => removeNow(id) });
}

// A page that is left does what it has said.
addEventListener("pagehide", () => [...leaving].forEach((id) => removeNow(id, { keepalive: true })));
