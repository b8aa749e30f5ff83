"""File types and picture sizes, read from the first bytes of a file without decoding it."""

from __future__ import annotations

IMAGE_TYPES = ("png", "jpeg", "webp")
VIDEO_TYPES = ("mov", "matroska")  # ISO base media (mp4, mov) and EBML (mkv, webm)

MAX_PIXELS, MAX_SIDE = 64 * 10**6, 16_384  # of a picture

# ISO/IEC 14496-12: the first box of a video is one of these. Old QuickTime files have no `ftyp`.
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
# ISO/IEC 23008-12: still pictures use the same boxes.
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")

# ITU-T T.81, table B.1: frame headers (SOF), and markers without a segment.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def detect_type(data: bytes) -> str | None:
    """One of `IMAGE_TYPES` or `VIDEO_TYPES`, by the first 16 bytes; None for any other file."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if data[4:8] in _FIRST_BOXES and not is_heif(data):
        return "mov"
    return None


def is_heif(data: bytes) -> bool:
    """Whether the file is a HEIF or AVIF picture, as phones make them."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS


def declared_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """(width, height) in the header of a picture of type `kind`; None if the header is not
    complete."""
    size = {"png": _png_size, "jpeg": _jpeg_size, "webp": _webp_size}[kind](data)
    return size if size and min(size) > 0 else None


def is_animated(data: bytes, kind: str) -> bool:
    """Whether a picture of type `kind` declares that it has several frames."""
    if kind == "webp":  # RFC 9649, 2.7.1.1
        return data[12:16] == b"VP8X" and len(data) > 20 and bool(data[20] & 0x02)
    place = 8
    while kind == "png" and place + 12 <= len(data):  # ISO/IEC 15948, 5.3 and 11.3.6
        name = data[place + 4 : place + 8]
        if name in (b"acTL", b"IDAT"):
            return name == b"acTL" and int.from_bytes(data[place + 8 : place + 12]) > 1
        place += 12 + int.from_bytes(data[place : place + 4])
    return False


def is_too_large(width: int, height: int) -> bool:
    """Whether a picture has more pixels or a longer side than allowed."""
    return width * height > MAX_PIXELS or max(width, height) > MAX_SIDE


def _png_size(data: bytes) -> tuple[int, int] | None:
    """ISO/IEC 15948, 11.2.2: the header chunk is the first."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """ITU-T T.81, B.2.2: the first frame header, after any number of other segments."""
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            place += 1
        elif marker in _BARE:
            place += 2
        elif marker in _FRAMES:
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return int.from_bytes(width), int.from_bytes(height)
        else:
            place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4]))
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """RFC 9649: of the canvas, or of the single picture, lossy or lossless."""
    form, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if form == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if form == b"VP8 ":
        width, height = body[6:8], body[8:10]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    if form == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None
