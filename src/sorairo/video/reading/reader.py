"""Footage from anywhere, as upright sRGB frames at one constant rate."""

from __future__ import annotations

from pathlib import Path

from av.error import FFmpegError

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.clip import Clip
from sorairo.video.reading.image_reader import read_picture
from sorairo.video.reading.video_reader import read_video


def read(
    path: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    max_side: int | None = None,
) -> Clip:
    """A picture, an animation or a video file, or what it shows from `start` to `end` (s).

    Negative times count from the end. Only the part that is asked for is decoded (and what stands
    between it and the key frame before it); with `max_side` frames are made smaller one by one, so
    that neither side is longer. Raises MediaError.
    """
    if not path.exists():
        raise MediaError(f"There is no file {path}.")
    if path.is_dir():
        raise MediaError(f"{path} is a folder; name a picture or a video in it.")
    if max_side is not None and max_side < 1:
        raise MediaError(f"Frames cannot be made {max_side} pixels large: ask for 1 or more.")
    try:
        clip = read_picture(path, start, end, max_side)
        return clip if clip is not None else read_video(path, start, end, max_side)
    except MemoryError as error:
        raise TooLargeError(f"{path} does not fit in memory: make it smaller first.") from error
    except (OSError, FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(
            f"Cannot read {path} as a picture or video ({reason.rstrip('.')}): see whether a player"
            " shows it, and save it anew, as .png, .jpg or .mp4."
        ) from error
