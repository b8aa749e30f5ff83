// Reads zip files in the browser: their directory, and each file when it is needed. Nothing else of
// them is in memory, so that archives may be large. (PKWARE's APPNOTE, sections 4.3 and 4.5.)

import { t } from "./i18n.js";

const [END, ENTRY] = [0x06054b50, 0x02014b50]; // signatures
const MOST_TAIL = 22 + 65_535; // bytes: the end of the directory, with the longest comment
const [STORED, DEFLATED] = [0, 8]; // methods
const LARGE = 0xffffffff; // a number that stands elsewhere, in 64 bits

const viewOf = async (blob) => new DataView(await blob.arrayBuffer());

/** The files of a zip as `{path, size, read()}`; `read` gives a Blob. Raises an error. */
export async function zipFiles(zip) {
  const found = [];
  const view = await directory(zip);
  const decoder = new TextDecoder();
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === ENTRY; ) {
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const path = decoder.decode(new Uint8Array(view.buffer, at + 46, name)).replaceAll("\\", "/"); // of PowerShell
    const entry = {
      method: view.getUint16(at + 10, true),
      isLocked: view.getUint16(at + 8, true) & 1,
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      begin: view.getUint32(at + 42, true),
    };
    readLarge(entry, new DataView(view.buffer, at + 46 + name, extra));
    if (!path.endsWith("/")) found.push({ path, size: entry.size, read: () => unpacked(zip, entry) });
    at += 46 + name + extra + comment;
  }
  return found;
}

async function directory(zip) {
  const tail = await viewOf(zip.slice(Math.max(0, zip.size - MOST_TAIL)));
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1;
  if (at < 0) throw new Error(t("import.noZip"));
  let [size, begin] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  if (size === LARGE || begin === LARGE) {
    const where = Number(tail.getBigUint64(at - 12, true));
    const end = await viewOf(zip.slice(where, where + 56));
    [size, begin] = [40, 48].map((place) => Number(end.getBigUint64(place, true)));
  }
  return viewOf(zip.slice(begin, begin + size));
}

/** Numbers that need 64 bits are in an extra field, in this order. */
function readLarge(entry, extra) {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let place = at + 4;
    for (const name of ["size", "packed", "begin"]) {
      if (entry[name] !== LARGE) continue;
      entry[name] = Number(extra.getBigUint64(place, true));
      place += 8;
    }
    return;
  }
}

async function unpacked(zip, { method, isLocked, packed, begin }) {
  if (isLocked || ![STORED, DEFLATED].includes(method)) throw new Error(t("import.locked"));
  const head = await viewOf(zip.slice(begin, begin + 30));
  const from = begin + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const content = zip.slice(from, from + packed);
  if (method === STORED) return content;
  return new Response(content.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob();
}
