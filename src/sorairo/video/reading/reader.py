"""Reads any picture or film as upright sRGB frames at a constant rate."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from av.error import FFmpegError

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.footage import Footage
from sorairo.video.input_files import check_regular
from sorairo.video.reading.image_reader import read_picture
from sorairo.video.reading.probe import probe_length
from sorairo.video.reading.video_reader import read_video

_FILMS = (".mjpeg", ".mjpg")  # bare streams of JPEG pictures, which begin as one picture does
_TINY = 16  # pixels: to learn the length of an animation, its pages are decoded so small


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
    if max_side is not None and max_side < 1:
        raise MediaError(f"max_side cannot be {max_side}: choose 1 or more.")
    with _one_sentence(path):
        clip = _picture(path, start, end, max_side)
        return clip if clip is not None else read_video(path, start, end, max_side)


def read_duration(path: Path) -> float:
    """The length of what `read` returns for a whole file, in seconds. No frame of a film is
    decoded. Raises MediaError."""
    with _one_sentence(path):
        clip = _picture(path, None, None, _TINY)
        if clip is not None:
            return clip.duration
        frames, fps = probe_length(path)
        return frames / fps


def _picture(
    path: Path, start: float | None, end: float | None, max_side: int | None
) -> Footage | None:
    if path.suffix.lower() in _FILMS:
        return None
    return read_picture(path, start, end, max_side)


@contextmanager
def _one_sentence(path: Path) -> Iterator[None]:
    """Turns what libraries raise about a file into a MediaError of one sentence."""
    _check_readable(path)
    try:
        yield
    except MemoryError as error:
        raise TooLargeError(f"{path} does not fit in memory: make it smaller first.") from error
    except (OSError, FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(
            f"Cannot read {path} as a picture or video ({reason.rstrip('.')}): check that a player"
            " shows it, and convert it to .png, .jpg or .mp4."
        ) from error


def _check_readable(path: Path) -> None:
    """Raises MediaError where there is no file that may be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise MediaError(f"There is no file {path}.") from error
    except OSError as error:  # no permission, or too long for a name
        raise MediaError(f"Cannot read {path}: {error.strerror or error}.") from error
    if stat.S_ISDIR(mode):
        raise MediaError(f"{path} is a folder; name a picture or a video in it.")
    check_regular(path)
