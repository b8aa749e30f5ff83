"""Reads any picture or film as upright sRGB frames at a constant rate."""

from __future__ import annotations

from pathlib import Path

from av.error import FFmpegError

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.footage import Footage
from sorairo.video.reading.image_reader import read_picture
from sorairo.video.reading.video_reader import read_video


def read(
    path: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    max_side: int | None = None,
) -> Footage:
    """Read a picture, an animation or a film, or its part from `start` to `end` (seconds).

    Negative times count from the end. Only that part, and what lies between it and the key frame
    before it, is decoded. `max_side` limits the longer side of the frames, which are scaled one by
    one. Raises MediaError.
    """
    if not path.exists():
        raise MediaError(f"There is no file {path}.")
    if path.is_dir():
        raise MediaError(f"{path} is a folder; name a picture or a video in it.")
    if max_side is not None and max_side < 1:
        raise MediaError(f"max_side cannot be {max_side}: choose 1 or more.")
    try:
        clip = read_picture(path, start, end, max_side)
        return clip if clip is not None else read_video(path, start, end, max_side)
    except MemoryError as error:
        raise TooLargeError(f"{path} does not fit in memory: make it smaller first.") from error
    except (OSError, FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(
            f"Cannot read {path} as a picture or video ({reason.rstrip('.')}): check that a player"
            " shows it, and convert it to .png, .jpg or .mp4."
        ) from error
