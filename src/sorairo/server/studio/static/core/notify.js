// Tells that a clip is done: in the title, and as a notification if the page is not seen.

import { t } from "./i18n.js";
import { onEnded } from "./library.js";
import { go } from "./router.js";
import { toast } from "./toasts.js";
import { nameOf } from "../views/tile.js";

/** Asks once, when the first clip is sent, whether notifications may be shown. */
export function allowNotifications() {
  if ("Notification" in window && Notification.permission === "default") {
    Notification.requestPermission().catch(() => {});
  }
}

let unseen = 0;
export const unseenCount = () => unseen;

onEnded((video) => {
  if (video.error?.code === "cancelled") return;
  const isDone = video.status === "completed";
  if (!document.hidden) {
    if (!isDone) toast(t("jobs.failedNow", { prompt: short(video) }), { kind: "bad" });
    return;
  }
  unseen += 1;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const title = t(isDone ? "jobs.doneNow" : "jobs.failedTitle");
  try {
    const shown = new Notification(title, { body: short(video), tag: video.id });
    shown.onclick = () => {
      window.focus();
      go("clip", [video.id]);
    };
  } catch {
    // Chrome on Android has no notifications of pages: the title says it
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) unseen = 0;
});

/** What a video is called, in 80 letters. */
const short = (video) => nameOf(video).replace(/^(.{79})..+/su, "$1…");
