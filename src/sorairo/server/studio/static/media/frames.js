// The pictures of a clip, and files that are made of them: GIF, animated WebP, PNG files in a ZIP.
// All of it is made in the browser.

import { clipAddress } from "./addresses.js";
import { Gif } from "./gif.js";
import { webpOf } from "./webp.js";
import { Zip } from "./zip.js";

const LONGEST = 480; // pixels of the longer side of a GIF or WebP
const RATE = 12; // pictures per second of them

/** Calls `take(canvas, index, total)` for pictures of a clip in order; canvas is used again. */
async function eachPicture(video, { longest = Infinity, rate = Infinity }, take) {
  const media = document.createElement("video");
  Object.assign(media, { muted: true, preload: "auto", src: clipAddress(video) });
  await new Promise((done, fail) => {
    media.onloadeddata = done;
    media.onerror = () => fail(new Error(media.error.message));
  });
  const fps = Math.min(rate, video.fps ?? 24);
  const total = Math.max(1, Math.round(media.duration * fps));
  const scale = Math.min(1, longest / Math.max(media.videoWidth, media.videoHeight));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [media.videoWidth, media.videoHeight].map((side) => Math.round(side * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  for (let index = 0; index < total; index += 1) {
    await seek(media, (index + 0.5) / fps);
    context.drawImage(media, 0, 0, canvas.width, canvas.height);
    await take(canvas, index, total, 1 / fps);
  }
}

const seek = (media, time) =>
  new Promise((done) => {
    media.onseeked = done;
    media.currentTime = Math.min(time, media.duration);
  });

const encoded = (canvas, type, quality) => new Promise((done) => canvas.toBlob(done, type, quality));

/** Whether this browser writes WebP. */
export const writesWebp = () => document.createElement("canvas").toDataURL("image/webp").startsWith("data:image/webp");

const MAKERS = {
  async gif(video, progress) {
    let gif;
    await eachPicture(video, { longest: LONGEST, rate: RATE }, (canvas, index, total, seconds) => {
      gif ??= new Gif(canvas.width, canvas.height, seconds);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      gif.add(data);
      return progress(index + 1, total);
    });
    return gif.blob();
  },
  async webp(video, progress) {
    const pictures = [];
    let size;
    await eachPicture(video, { longest: LONGEST, rate: RATE }, async (canvas, index, total, seconds) => {
      size = { width: canvas.width, height: canvas.height, seconds };
      pictures.push(await (await encoded(canvas, "image/webp", 0.85)).arrayBuffer());
      await progress(index + 1, total);
    });
    return webpOf(pictures, size);
  },
  async frames(video, progress) {
    const zip = new Zip();
    await eachPicture(video, {}, async (canvas, index, total) => {
      const name = String(index).padStart(String(total).length, "0");
      await zip.add(`${video.id}/${name}.png`, await encoded(canvas, "image/png"));
      await progress(index + 1, total);
    });
    return zip.blob();
  },
};

const SUFFIXES = { gif: "gif", webp: "webp", frames: "zip" };

/** A clip as `kind` ("gif", "webp", "frames"): `{blob, name}`. `progress(done, total)` may be slow. */
export async function converted(video, kind, progress) {
  const blob = await MAKERS[kind](video, async (done, total) => {
    progress(done, total);
    await new Promise((next) => setTimeout(next)); // the page stays usable
  });
  return { blob, name: `${video.id}.${SUFFIXES[kind]}` };
}
