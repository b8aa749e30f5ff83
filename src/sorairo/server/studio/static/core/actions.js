// What people do with videos, wherever they are shown. Each says what it has done, and how to undo it.

import { postJson } from "./api.js";
import { t } from "./i18n.js";
import { comeBack, follow, learn, leave, videoOf } from "./library.js";
import { change, state } from "./state.js";
import { toast } from "./toasts.js";

/** Runs an action and shows its error as a message. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message, { kind: "bad" });
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("common.copied"));
  } catch {
    toast(t("common.notCopied"), { kind: "bad" });
  }
}

/** Puts videos into the trash; "Undo" restores them. */
export const remove = (ids) =>
  attempt(async () => {
    const removed = ids.map(videoOf).filter(Boolean);
    leave(ids);
    try {
      await postJson("v1/videos/trash", { ids });
    } catch (error) {
      comeBack(removed);
      throw error;
    }
    for (const id of ids) select(id, false);
    const restore = () =>
      attempt(async () => {
        comeBack((await postJson("v1/videos/restore", { ids })).data);
        follow();
      });
    toast(t("actions.deleted", { n: ids.length }), { action: { label: t("common.undo"), run: restore } });
    return true;
  });

/** Marks videos, or changes their tags: `labels` are fields of POST /v1/videos/labels. */
export const label = (ids, labels) =>
  attempt(async () => {
    const changed = await postJson("v1/videos/labels", { ids, ...labels });
    learn(changed.data);
  });

export const cancel = (id) =>
  attempt(async () => learn([await postJson(`v1/videos/${id}/cancel`)]));

/** Makes a video again that has failed, by its own request. */
export const retry = (video) =>
  attempt(async () => {
    learn([await postJson(`v1/videos/${video.id}/retry`)]);
    follow();
  });

export function select(id, isSelected) {
  change(({ selection }) => (isSelected ? selection.add(id) : selection.delete(id)));
}

export function clearSelection() {
  change({ selection: new Set() });
}
