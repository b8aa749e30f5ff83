"""Generates hostile files, which harm programs that read them without limits."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from footage import shades, write_video

PNG = b"\x89PNG\r\n\x1a\n"
SVG = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'
)
HLS = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\nfile:///etc/passwd\n"
    b"#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
)
CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:9/x.mp4'\n"


# --- pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    """ISO/IEC 15948, 5.3."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png(
    width: int, height: int, *extra: bytes, bits: int = 1, colour: int = 0, level: int = 9
) -> bytes:
    """A black PNG with extra chunks before its pixels."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + (width * bits * channels + 7) // 8)
    packer = zlib.compressobj(level)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", head), *extra, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return PNG + b"".join(parts)


def text_bomb(kind: bytes) -> bytes:
    """100 MB of text in 100 kB."""
    packed = zlib.compress(bytes(100 * 2**20), 9)
    before = {b"zTXt": b"comment\0\0", b"iTXt": b"comment\0\1\0\0\0", b"iCCP": b"name\0\0"}
    return png(64, 64, chunk(kind, before[kind] + packed))


def many_pages() -> bytes:
    """An animated PNG that declares two thousand million frames of 4000 x 4000."""
    control = chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 4000, 4000, 0, 0, 1, 100, 0, 0))
    return png(4000, 4000, control, frame)


def saved(kind: str, **how: Any) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind, **how)
    return file.getvalue()


def gif_bomb() -> bytes:
    """Two hundred frames."""
    page = Image.new("L", (300, 300))
    pages = [page.copy() for _ in range(199)]
    for number, each in enumerate(pages):
        each.putpixel((0, 0), number + 1)
    file = io.BytesIO()
    page.save(file, "GIF", save_all=True, append_images=pages, duration=20)
    return file.getvalue()


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose frame header declares another size."""
    data = bytearray(saved("JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of_many_pixels() -> bytes:
    """A canvas of 16384 x 16384 in the extended form."""
    data = bytearray(saved("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 64))]))
    data[24:30] = b"\xff\x3f\x00" * 2
    return bytes(data)


# --- films


def film(folder: Path, name: str = "film.mp4", **how: Any) -> bytes:
    frames = shades([10 + 4 * i for i in range(24)], 64, 64)
    return write_video(folder / name, frames, [40 * i for i in range(24)], **how).read_bytes()


def cut_in_its_header(folder: Path) -> bytes:
    data = film(folder)
    return data[: data.index(b"moov") + 100]


def of_many_streams(folder: Path) -> bytes:
    with av.open(str(folder / "many.mp4"), "w") as container:
        streams: list[Any] = [container.add_stream("mpeg4", rate=25) for _ in range(100)]
        for stream in streams:
            stream.width = stream.height = 16
            stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))
        for stream in streams:
            frame.pts, frame.time_base = 0, Fraction(1, 25)
            for packet in (*stream.encode(frame), *stream.encode(None)):
                container.mux(packet)
    return (folder / "many.mp4").read_bytes()


def of_huge_frames(folder: Path) -> bytes:
    """A film of 64 x 64 whose VP8 frames declare 16383 x 16383."""
    data = bytearray(film(folder, "huge.webm", codec="libvpx", settings={"g": "1"}))
    at = -1
    while (at := data.find(b"\x9d\x01\x2a", at + 1)) >= 0:  # RFC 6386, 9.1
        data[at + 3 : at + 7] = b"\xff\x3f\xff\x3f"
    return bytes(data)


def of_declared_size(folder: Path, side: int) -> bytes:
    """A film whose size only the container declares, without a complete frame."""
    data = bytearray(film(folder, "sides.mov", codec="mjpeg", pixel_format="yuvj420p"))
    at = data.index(b"jpeg", data.index(b"stsd"))
    data[at + 28 : at + 32] = struct.pack(">HH", side, side)  # ISO/IEC 14496-12, 12.1.3
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    return bytes(data)


def of_a_million_frames(folder: Path) -> bytes:
    data = bytearray(film(folder, codec="mpeg4", settings={}))
    for name in (b"stts", b"stsz"):
        at = data.index(name) + 8
        first, second = (1, 10**6) if name == b"stts" else (10, 10**6)
        data[at : at + 8] = struct.pack(">II", first, second)
    return bytes(data)


def of_a_long_frame(folder: Path) -> bytes:
    """12 frames, of which each lasts two days, in 2 kB."""
    data = bytearray(film(folder))
    at = data.index(b"stts") + 8
    count = int.from_bytes(data[at : at + 4])
    assert count == 1, "all frames last equally long"
    data[at + 4 : at + 8] = struct.pack(">I", 2**31 - 1)
    return bytes(data)


def of_a_hidden_long_frame(folder: Path) -> bytes:
    """The same with an edit list that shows a second of it."""
    data = bytearray(of_a_long_frame(folder))
    at = data.index(b"elst") + 12  # the duration of its only edit
    data[at : at + 4] = data[data.index(b"mvhd") + 16 :][:4]  # ticks of a second
    return bytes(data)


def of_repeated_edits(folder: Path) -> bytes:
    """24 frames that an edit list shows 4,000 times: 96,000 frames in 70 kB."""
    data = film(folder)
    start = data.index(b"edts") - 4
    end = start + int.from_bytes(data[start : start + 4])
    at = data.index(b"mvhd")
    version, scale = data[at + 4], int.from_bytes(data[at + 16 : at + 20])
    assert version == 0
    edit = struct.pack(">IiHH", scale * 24 // 25, 0, 1, 0)  # ISO/IEC 14496-12, 8.6.6
    body = struct.pack(">II", 0, 4000) + edit * 4000
    edits = struct.pack(">I4s", 8 + len(body), b"elst") + body
    box = struct.pack(">I4s", 8 + len(edits), b"edts") + edits
    grown, data = len(box) - (end - start), data[:start] + box + data[end:]
    for name in (b"moov", b"trak"):
        at = data.index(name) - 4
        size = int.from_bytes(data[at : at + 4]) + grown
        data = data[:at] + struct.pack(">I", size) + data[at + 4 :]
    return data


def of_another_codec(folder: Path) -> bytes:
    return film(folder, "film.mkv", codec="ffv1", settings={})


# --- other things


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../escaped.png", b"x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("clip.mp4")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return file.getvalue()


class _Bomb:
    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return exec, ("raise SystemExit(77)",)


# What it is called: how it is made, and what the trouble with it is.
FILES: Mapping[str, tuple[Callable[[Path], bytes], str]] = {
    "nothing.mp4": (lambda _: b"", "unreadable"),
    "text.mp4": (lambda _: b"no film at all\n" * 50, "unreadable"),
    "page.mp4": (lambda _: b"<!doctype html><title>x</title><video src=a.mp4>", "unreadable"),
    "list.m3u8": (lambda _: HLS, "unreadable"),
    "list.mp4": (lambda _: CONCAT, "unreadable"),
    "entity.svg": (lambda _: SVG, "unreadable"),
    "paper.png": (lambda _: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF", "unreadable"),
    "print.jpg": (lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable"),
    "wavelets.jpg": (lambda _: saved("JPEG2000"), "unreadable"),
    "object.png": (lambda _: pickle.dumps(_Bomb()), "unreadable"),
    "archive.png": (lambda _: zipped(), "unreadable"),
    "archive.mp4": (lambda _: tarred(), "unreadable"),
    "pages.gif": (lambda _: gif_bomb(), "unreadable"),
    "cut.png": (lambda _: saved("PNG")[:4000], "unreadable"),
    "cut.jpg": (lambda _: saved("JPEG")[:1500], "unreadable"),
    "cut.webp": (lambda _: saved("WEBP")[:300], "unreadable"),
    "bomb.png": (lambda _: png(14_200, 14_200), "too_large"),
    "wide.png": (lambda _: png(100_000, 8), "too_large"),
    "pages.png": (lambda _: many_pages(), "too_large"),
    "ztxt.png": (lambda _: text_bomb(b"zTXt"), "unreadable"),
    "itxt.png": (lambda _: text_bomb(b"iTXt"), "unreadable"),
    "iccp.png": (lambda _: text_bomb(b"iCCP"), "unreadable"),
    "huge.jpg": (lambda _: jpeg_of(65_500, 65_500), "too_large"),
    "huge.webp": (lambda _: webp_of_many_pixels(), "too_large"),
    "cut.mp4": (cut_in_its_header, "unreadable"),
    "streams.mp4": (of_many_streams, "too_large"),
    "frames.mp4": (of_a_million_frames, "too_large"),
    "days.mp4": (of_a_long_frame, "too_large"),
    "hidden.mp4": (of_a_hidden_long_frame, "too_large"),
    "edits.mp4": (of_repeated_edits, "too_large"),
    "sides.mp4": (lambda folder: of_declared_size(folder, 30_000), "unreadable"),
    "sides.mov": (lambda folder: of_declared_size(folder, 12_000), "too_large"),
    "sides.webm": (of_huge_frames, "unreadable"),
    "codec.mkv": (of_another_codec, "codec"),
    "noise.mkv": (lambda _: b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 64, "unreadable"),
}
