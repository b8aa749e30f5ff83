// Animated GIF (GIF89a): 256 colours for each picture, chosen by median cut, compressed by LZW.

const COLOURS = 256;
const BITS = 5; // of each channel, by which colours are told apart

const key = (r, g, b) => ((r >> (8 - BITS)) << (2 * BITS)) | ((g >> (8 - BITS)) << BITS) | (b >> (8 - BITS));

/** The colours of a picture: `{palette: [[r, g, b], ...], index: colour key -> number}`. */
export function paletteOf(data) {
  const counts = new Uint32Array(1 << (3 * BITS));
  for (let at = 0; at < data.length; at += 4) counts[key(data[at], data[at + 1], data[at + 2])] += 1;
  const all = [];
  counts.forEach((count, each) => {
    if (count) all.push({ count, colour: [each >> (2 * BITS), (each >> BITS) & 31, each & 31], key: each });
  });
  const boxes = [box(all)];
  while (boxes.length < COLOURS) {
    boxes.sort((a, b) => b.weight - a.weight);
    if (!boxes[0].weight) break;
    const [{ axis, colours }] = boxes.splice(0, 1);
    colours.sort((a, b) => a.colour[axis] - b.colour[axis]);
    const half = colours.reduce((sum, each) => sum + each.count, 0) / 2;
    let sum = 0;
    let cut = 0;
    while (cut < colours.length - 1 && (sum + colours[cut].count <= half || cut === 0)) sum += colours[cut++].count;
    boxes.push(box(colours.slice(0, cut)), box(colours.slice(cut)));
  }
  const index = new Uint8Array(1 << (3 * BITS));
  const palette = boxes.map(({ colours }, number) => {
    const total = colours.reduce((sum, each) => sum + each.count, 0);
    for (const each of colours) index[each.key] = number;
    return [0, 1, 2].map((axis) =>
      Math.min(255, Math.round((colours.reduce((sum, each) => sum + each.count * each.colour[axis], 0) / total + 0.5) * 8)),
    );
  });
  return { palette, index };
}

function box(colours) {
  const ranges = [0, 1, 2].map((axis) => {
    const values = colours.map((each) => each.colour[axis]);
    return Math.max(...values) - Math.min(...values);
  });
  const widest = Math.max(...ranges);
  const count = colours.reduce((sum, each) => sum + each.count, 0);
  return { colours, axis: ranges.indexOf(widest), weight: colours.length > 1 ? widest * Math.sqrt(count) : 0 };
}

/** LZW codes of bytes, in blocks of at most 255 (GIF89a, appendix F). */
export function compressed(bytes) {
  const [clear, end] = [256, 257];
  const out = [];
  let [bits, filled, size, next] = [0, 0, 9, 258];
  let table = new Map();
  const emit = (code) => {
    bits |= code << filled;
    filled += size;
    while (filled >= 8) {
      out.push(bits & 255);
      bits >>>= 8;
      filled -= 8;
    }
  };
  emit(clear);
  let prefix = bytes[0];
  for (let at = 1; at < bytes.length; at += 1) {
    const entry = (prefix << 8) | bytes[at];
    const known = table.get(entry);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    emit(prefix);
    if (next === 4096) {
      emit(clear);
      [size, next, table] = [9, 258, new Map()];
    } else {
      if (next === 1 << size) size += 1;
      table.set(entry, next++);
    }
    prefix = bytes[at];
  }
  emit(prefix);
  emit(end);
  if (filled) out.push(bits & 255);
  const blocks = [8];
  for (let at = 0; at < out.length; at += 255) blocks.push(Math.min(255, out.length - at), ...out.slice(at, at + 255));
  blocks.push(0);
  return Uint8Array.from(blocks);
}

const word = (value) => [value & 255, value >> 8];

/** A GIF that pictures are added to; it repeats without end. */
export class Gif {
  #parts = [];

  constructor(width, height, seconds) {
    Object.assign(this, { width, height, delay: Math.round(seconds * 100) });
    const screen = [...new TextEncoder().encode("GIF89a"), ...word(width), ...word(height), 0, 0, 0];
    const repeat = [0x21, 0xff, 11, ...new TextEncoder().encode("NETSCAPE2.0"), 3, 1, 0, 0, 0];
    this.#parts.push(Uint8Array.from([...screen, ...repeat]));
  }

  /** Adds a picture: RGBA bytes. */
  add(data) {
    const { palette, index } = paletteOf(data);
    const pixels = new Uint8Array(data.length / 4);
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = index[key(data[4 * at], data[4 * at + 1], data[4 * at + 2])];
    const colours = Array.from({ length: COLOURS }, (_, each) => palette[each] ?? [0, 0, 0]).flat();
    const control = [0x21, 0xf9, 4, 4, ...word(this.delay), 0, 0];
    const descriptor = [0x2c, 0, 0, 0, 0, ...word(this.width), ...word(this.height), 0x87];
    this.#parts.push(Uint8Array.from([...control, ...descriptor, ...colours]), compressed(pixels));
  }

  blob() {
    return new Blob([...this.#parts, Uint8Array.of(0x3b)], { type: "image/gif" });
  }
}
