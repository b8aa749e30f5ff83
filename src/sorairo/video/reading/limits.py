"""Limits on what is read into memory."""

from __future__ import annotations

from pathlib import Path

from sorairo.errors import TooLargeError

MAX_PIXEL_BYTES = 4 * 2**30  # decoded frames: 100 s of 1280x720 at 15 fps
MAX_SOUND_SECONDS = 2 * 60 * 60  # 2.6 GB of samples
MAX_PICTURE_PIXELS = 128 * 10**6  # one picture or frame
MAX_REDUCED_PIXELS = 256 * 10**6  # of a JPEG that is decoded smaller; phones write 200 million


def check_size(path: Path, count: float, width: int, height: int) -> None:
    """Raises TooLargeError if `count` frames of `width` x `height` exceed the limit."""
    if count * width * height * 3 > MAX_PIXEL_BYTES:
        raise TooLargeError(
            f"{path} has {count:.0f} frames of {width}x{height}, more than"
            f" {MAX_PIXEL_BYTES / 2**30:.0f} GB of pixels: cut it or make it smaller first, or read"
            " a part of it (start, end) or smaller frames (max_side)."
        )


def check_picture(path: Path, width: int, height: int, most: int | None = None) -> None:
    """Raises TooLargeError if one picture has more than `most` pixels; None: the usual limit."""
    most = MAX_PICTURE_PIXELS if most is None else most
    if width * height > most:
        raise TooLargeError(
            f"{path} has {width}x{height} pixels, more than {most // 10**6} million: make it"
            " smaller first."
        )


def check_sound(path: Path, seconds: float) -> None:
    """Raises TooLargeError if a sound exceeds the limit."""
    if seconds > MAX_SOUND_SECONDS:
        raise TooLargeError(
            f"{path} has {seconds / 3600:.1f} hours of sound, more than"
            f" {MAX_SOUND_SECONDS // 3600}: cut it first, or read a part of it (start, end)."
        )


def within(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """`width` x `height` scaled so that the longer side is at most `max_side`."""
    longest = max(width, height)
    if max_side is None or longest <= max_side:
        return width, height
    return max(1, round(width * max_side / longest)), max(1, round(height * max_side / longest))
