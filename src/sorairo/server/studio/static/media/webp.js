// Animated WebP out of single pictures (RFC 9649, section 2.7).

const RIFF_HEADER = 12; // bytes before the first chunk

const number = (value, bytes) => Array.from({ length: bytes }, (_, at) => (value >>> (8 * at)) & 255);

function chunk(name, ...parts) {
  const size = parts.reduce((sum, each) => sum + each.length, 0);
  const head = Uint8Array.from([...new TextEncoder().encode(name), ...number(size, 4)]);
  return [head, ...parts, ...(size % 2 ? [Uint8Array.of(0)] : [])];
}

/** The chunks of a picture that a frame holds: all but the header of the extended format. */
function frameData(buffer) {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  const found = [];
  for (let at = RIFF_HEADER; at + 8 <= bytes.length; ) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = 8 + view.getUint32(at + 4, true);
    const padded = size + (size % 2);
    if (["ALPH", "VP8 ", "VP8L"].includes(name)) found.push(bytes.subarray(at, at + padded));
    at += padded;
  }
  return found;
}

/** A WebP that repeats without end, of pictures (ArrayBuffers of WebP files) of one size. */
export function webpOf(pictures, { width, height, seconds }) {
  const size = [...number(width - 1, 3), ...number(height - 1, 3)];
  const parts = [
    ...chunk("VP8X", Uint8Array.from([2, 0, 0, 0, ...size])),
    ...chunk("ANIM", Uint8Array.from([0, 0, 0, 0, 0, 0])),
  ];
  pictures.forEach((picture, index) => {
    const [from, to] = [index, index + 1].map((each) => Math.round(each * seconds * 1000));
    const head = Uint8Array.from([0, 0, 0, 0, 0, 0, ...size, ...number(to - from, 3), 2]);
    parts.push(...chunk("ANMF", head, ...frameData(picture)));
  });
  const total = parts.reduce((sum, each) => sum + each.length, 4);
  const head = Uint8Array.from([...new TextEncoder().encode("RIFF"), ...number(total, 4), ...new TextEncoder().encode("WEBP")]);
  return new Blob([head, ...parts], { type: "image/webp" });
}
