"""Digests and coarse fingerprints of pictures and clips, and how two records differ."""

from __future__ import annotations

import base64
import hashlib
import io
import math
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageSequence

SIDE = 8  # a fingerprint is this many pixels wide and high
TIMES = 3  # frames of a clip that a fingerprint shows


def digest(source: Path | bytes, name: str = "") -> dict[str, Any]:
    """The record of a file: a clip, an animation or a picture."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    name = name or (source.name if isinstance(source, Path) else "clip.mp4")
    frames, fps = _clip(data) if name.endswith(".mp4") else _pictures(data)
    chosen = np.linspace(0, len(frames) - 1, min(TIMES, len(frames))).round().astype(int)
    coarse = [Image.fromarray(frames[i]).resize((SIDE, SIDE), Image.Resampling.BOX) for i in chosen]
    return {
        "sha256": hashlib.sha256(frames.tobytes()).hexdigest(),
        "frames": len(frames),
        "size": f"{frames.shape[2]}x{frames.shape[1]}",
        "fps": fps,
        "fingerprint": base64.b64encode(np.stack(coarse).tobytes()).decode(),
    }


def _clip(data: bytes) -> tuple[np.ndarray, float]:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        return np.stack(frames), round(float(stream.average_rate or 0), 4)


def _pictures(data: bytes) -> tuple[np.ndarray, float]:
    with Image.open(io.BytesIO(data)) as image:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
        milliseconds = image.info.get("duration", 0) if len(frames) > 1 else 0
    return np.stack(frames), round(1000 / milliseconds, 4) if milliseconds else 0.0


def difference(one: str, other: str) -> float:
    """Mean absolute difference of two fingerprints, in grey levels of 255."""
    a, b = (np.frombuffer(base64.b64decode(each), np.uint8).astype(int) for each in (one, other))
    return float(np.abs(a - b).mean()) if a.shape == b.shape else math.inf


def differences(
    expected: Any, found: Any, *, exact: bool, levels: float, relative: float, where: str = ""
) -> list[str]:
    """What of `found` is not as `expected`, a line each.

    If not `exact`, pictures may differ in pixels as long as their fingerprints differ by no more
    than `levels` grey levels on average, and other fractions by `relative`.
    """
    how: dict[str, Any] = {"exact": exact, "levels": levels, "relative": relative}
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = [
            f"{where}: '{key}' is only in the {'record' if key in expected else 'result'}"
            for key in sorted(expected.keys() ^ found.keys())
        ]
        for key in sorted(expected.keys() & found.keys()):
            if exact or key != "sha256":
                lines += differences(expected[key], found[key], **how, where=f"{where}/{key}")
        return lines
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [
            line for i, (a, b) in pairs for line in differences(a, b, **how, where=f"{where}[{i}]")
        ]
    if where.endswith("/fingerprint"):
        distance = difference(expected, found)
        same = expected == found if exact else distance <= levels
        return [] if same else [f"{where}: differs by {distance:.2f} grey levels"]
    close = isinstance(expected, float) and isinstance(found, float) and not exact
    if close and math.isclose(expected, found, rel_tol=relative, abs_tol=relative):
        return []
    return [] if expected == found else [f"{where}: {found!r} instead of {expected!r}"]
