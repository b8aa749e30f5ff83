"""A clip from one process to another, through a file: the length of a JSON header, the header, the
bytes of the frames, the bytes of the sound. What comes out is only numbers and text."""

from __future__ import annotations

import json
import math
import os
from typing import Any, BinaryIO

import numpy as np

from sorairo.video.clip import Clip
from sorairo.video.footage import Footage
from sorairo.video.sound import Sound

MOST_HEADER = 8 * 2**20  # bytes: of seven texts, each letter as an escape of six
NO_ROOM = 75  # with which a process ends that cannot write: sysexits' EX_TEMPFAIL
MOST_TEXT = 100_000  # characters of one text of the metadata; a request of ours has 40,000


def put_clip(file: BinaryIO, clip: Footage) -> None:
    sound = clip.sound
    texts = {key: text for key, text in clip.metadata.items() if len(text) <= MOST_TEXT}
    head = {
        "frames": clip.frames.shape,
        "fps": clip.fps,
        "metadata": texts,
        "sound": None if sound is None else {"shape": sound.samples.shape, "rate": sound.rate},
    }
    put_head(file, head)
    file.write(np.ascontiguousarray(clip.frames).data)
    if sound is not None:
        file.write(np.ascontiguousarray(sound.samples).data)


def put_head(file: BinaryIO, head: dict[str, Any]) -> None:
    text = json.dumps(head).encode()
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)


def take_head(file: BinaryIO) -> dict[str, Any]:
    """Raises ValueError for what `put_head` does not write."""
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= MOST_HEADER:
        raise ValueError(f"a header of {length} bytes")
    try:
        head = json.loads(file.read(length))
    except RecursionError as error:
        raise ValueError("a header of many levels") from error
    if not isinstance(head, dict):
        raise ValueError("a header that is no object")
    return head


def take_clip(file: BinaryIO, head: dict[str, Any]) -> Clip:
    """What `put_clip` wrote, after its header. Nothing is allocated before the file is known to
    hold it. Raises ValueError and its kin."""
    frames, sound = _shape(head["frames"], 4), head["sound"]
    samples = _shape(sound["shape"], 2) if sound else (0, 1)
    left = os.fstat(file.fileno()).st_size - file.tell()
    if math.prod(frames) + 4 * math.prod(samples) != left:
        raise ValueError(f"{left} bytes, not {frames} and {samples}")
    metadata = {str(key): str(text) for key, text in head["metadata"].items()}
    pixels = np.fromfile(file, np.uint8, math.prod(frames)).reshape(frames)
    sound_track = None
    if sound:
        wave = np.fromfile(file, np.float32, math.prod(samples)).reshape(samples)
        sound_track = Sound(samples=wave, rate=int(sound["rate"]))
    return Clip(frames=pixels, fps=float(head["fps"]), sound=sound_track, metadata=metadata)


def _shape(found: list[Any], sides: int) -> tuple[int, ...]:
    if len(found) != sides or not all(isinstance(side, int) and side >= 0 for side in found):
        raise ValueError(f"{found} is no shape")
    return tuple(found)
