// ZIP archives without compression (APPNOTE 6.3.10): clips and pictures are compressed already.

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const UTF8 = 0x0800; // names are UTF-8
const VERSION = 20;
const MOST = 0xffffffff; // bytes, and
const MOST_FILES = 0xffff;

/** An archive that files are added to one by one; `blob()` ends it. */
export class Zip {
  #parts = [];
  #directory = [];
  #offset = 0;

  /** Adds a file; `content` is a Blob, bytes or a text. */
  async add(name, content) {
    const blob = content instanceof Blob ? content : new Blob([content]);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const path = new TextEncoder().encode(name);
    const fields = [[2, VERSION], [2, UTF8], [2, 0], [4, dosTime(new Date())], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, path.length], [2, 0]];
    const header = record([[4, 0x04034b50], ...fields]);
    if (this.#offset + bytes.length > MOST || this.#directory.length >= MOST_FILES) {
      throw new RangeError("Too much for one archive: export in parts.");
    }
    this.#parts.push(header, path, blob);
    const entry = [[4, 0x02014b50], [2, VERSION], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, this.#offset]];
    this.#directory.push(record(entry), path);
    this.#offset += header.length + path.length + bytes.length;
  }

  blob() {
    const count = this.#directory.length / 2;
    const size = this.#directory.reduce((sum, each) => sum + each.length, 0);
    const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, this.#offset], [2, 0]]);
    return new Blob([...this.#parts, ...this.#directory, end], { type: "application/zip" });
  }
}

/** Little-endian numbers `[bytes, value]`. */
function record(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

const dosTime = (date) =>
  (((date.getFullYear() - 1980) << 25) | ((date.getMonth() + 1) << 21) | (date.getDate() << 16) |
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)) >>> 0;
