"""The format in which the sandbox returns a clip: the length of a JSON header, the header, the
bytes of the frames, the bytes of the sound. Reading it yields only numbers and text."""

from __future__ import annotations

import json
import math
import mmap
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from sorairo.video.clip import Clip
from sorairo.video.footage import Footage
from sorairo.video.sound import Sound

MAX_HEADER = 16 * 2**20  # bytes: the texts, with every character escaped in twelve bytes
MAX_TEXT = 2**20 + 2**16  # characters of all metadata texts; a comment of ours has up to 2**20
EXIT_NO_SPACE = 75  # exit code of the sandbox if the disk is full (EX_TEMPFAIL of sysexits.h)


def write_clip(file: BinaryIO, clip: Footage, info: Mapping[str, float] | None = None) -> None:
    """Writes a clip with its header; metadata texts for which there is no room beside the comment
    are left out. `info` is that of the file, of which the clip may be a smaller form."""
    sound = clip.sound
    header = {
        "frames": clip.frames.shape,
        "fps": clip.fps,
        "metadata": _bounded(clip.metadata),
        "sound": None if sound is None else {"shape": sound.samples.shape, "rate": sound.rate},
        "info": info,
    }
    write_header(file, header)
    file.write(np.ascontiguousarray(clip.frames).data)
    if sound is not None:
        file.write(np.ascontiguousarray(sound.samples).data)


def _bounded(texts: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts that have at most `MAX_TEXT` characters together, the comment first."""
    kept, room = {}, MAX_TEXT
    for key in sorted(texts, key=lambda key: key != "comment"):
        if len(texts[key]) <= room:
            kept[key], room = texts[key], room - len(texts[key])
    return kept


def write_header(file: BinaryIO, header: dict[str, Any]) -> None:
    """Writes a header alone, or before a clip."""
    text = json.dumps(header).encode()
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)


def read_header(file: BinaryIO) -> dict[str, Any]:
    """The header of a file. Raises ValueError if `write_header` did not write the file."""
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= MAX_HEADER:
        raise ValueError(f"a header of {length} bytes")
    try:
        header = json.loads(file.read(length))
    except RecursionError as error:
        raise ValueError("a header that is nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("a header that is not an object")
    return header


def read_clip(file: BinaryIO, header: dict[str, Any]) -> Clip:
    """The clip that follows a header. Checks the length of the file before it allocates memory.

    Raises ValueError, KeyError, TypeError or AttributeError if header and content do not match.
    """
    frames, sound = _shape(header["frames"], 4), header["sound"]
    samples = _shape(sound["shape"], 2) if sound else (0, 1)
    left = os.fstat(file.fileno()).st_size - file.tell()
    if math.prod(frames) + 4 * math.prod(samples) != left:
        raise ValueError(f"{left} bytes do not match the shapes {frames} and {samples}")
    metadata = {str(key): str(text) for key, text in header["metadata"].items()}
    start, count = file.tell(), math.prod(frames)
    pixels = _mapped(file, start, count).reshape(frames)
    sound_track = None
    if sound:
        file.seek(start + count)
        wave = np.fromfile(file, np.float32, math.prod(samples)).reshape(samples)
        sound_track = Sound(samples=wave, rate=int(sound["rate"]))
    return Clip(frames=pixels, fps=float(header["fps"]), sound=sound_track, metadata=metadata)


def _mapped(file: BinaryIO, start: int, count: int) -> np.ndarray:
    """Bytes of a file that is not changed any more. They are read when they are used, and the
    system may drop them from memory in between; writing to them changes a copy."""
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) if count else b""
    return np.frombuffer(memoryview(content)[start : start + count], np.uint8)


def _shape(found: list[Any], ndim: int) -> tuple[int, ...]:
    if len(found) != ndim or not all(isinstance(side, int) and side >= 0 for side in found):
        raise ValueError(f"{found} is not a shape of {ndim} dimensions")
    return tuple(found)
