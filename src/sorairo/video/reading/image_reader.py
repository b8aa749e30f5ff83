"""Reads pictures and animations with Pillow."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.footage import Footage
from sorairo.video.reading import limits
from sorairo.video.reading.colors.picture_color import color_of
from sorairo.video.reading.colors.picture_pixels import upright_pixels
from sorairo.video.reading.constant_frame_rate import at_constant_rate
from sorairo.video.reading.limits import MAX_REDUCED_PIXELS, check_picture, check_size
from sorairo.video.reading.time_range import NEAR, span
from sorairo.video.reading.timeline import Timeline

STILL_FPS = 12.0  # of a picture, which is a clip of one frame; the rate of our own models
# Pillow's names of the formats that are opened. Left out are those that start other programs (EPS
# starts Ghostscript), stand for no pixels (MPEG, GRIB, HDF5, ...), or fit almost any bytes.
FORMATS: tuple[str, ...] = (
    "PNG",
    "JPEG",
    "WEBP",
    "AVIF",
    "GIF",
    "TIFF",
    "BMP",
    "DIB",
    "ICO",
    "ICNS",
    "JPEG2000",
    "PPM",
    "PCX",
    "SGI",
    "SUN",
    "QOI",
    "PSD",
    "DDS",
    "XBM",
    "XPM",
)
_BY_SUFFIX = {".tga": "TGA"}  # formats without a mark of their own

_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # pages of a TIFF or of a phone's JPEG are no animation
_SHORTEST, _DEFAULT = 0.011, 0.1  # seconds: browsers show shorter frames for the default time

# What Pillow's decoders raise on broken files; that of AVIF a RuntimeError.
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, RuntimeError),
    *(struct.error, zlib.error),
)


def read_picture(
    path: Path, start: float | None, end: float | None, max_side: int | None
) -> Footage | None:
    """The picture or animation; None if Pillow does not know the format.

    `start` and `end` (seconds) select a part of an animation. Raises MediaError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Pillow's, about odd files; this package has its own limits
            formats = [*FORMATS, *filter(None, [_BY_SUFFIX.get(path.suffix.lower())])]
            with _opened(path, formats) as image:
                full = image.size
                if max_side is not None:
                    image.draft("RGB", (max_side, max_side))  # of a JPEG: 1/2, 1/4 or 1/8 of it
                most = MAX_REDUCED_PIXELS if image.size != full else None
                check_picture(path, *full, most)
                return _read(path, image, start, end, max_side)
    except (UnidentifiedImageError, FileNotFoundError):
        return None
    except Image.DecompressionBombError as error:
        raise TooLargeError(
            f"{path} has more than {limits.MAX_PICTURE_PIXELS // 10**6} million pixels: make it"
            " smaller first."
        ) from error
    except MediaError:
        raise
    except _BROKEN as error:
        raise MediaError(
            f"The picture {path} is broken ({str(error).rstrip('.')}): save it again."
        ) from error


def _opened(path: Path, formats: list[str]) -> Image.Image:
    """The picture of a file, without its pixels. Pillow itself refuses 179 million pixels or more,
    also of a JPEG that is decoded at a part of its size."""
    try:
        return Image.open(path, formats=formats)
    except Image.DecompressionBombError:
        if "JPEG" not in formats:
            raise
        try:
            return JpegImageFile(path)
        except SyntaxError:  # another format
            pass
        raise


def _read(
    path: Path, image: Image.Image, start: float | None, end: float | None, max_side: int | None
) -> Footage:
    metadata = _text_of(image)
    color = color_of(path, image)
    if image.format not in _ANIMATED or getattr(image, "n_frames", 1) == 1:
        frame = upright_pixels(image, color, max_side)
        return Footage(frames=frame[None], fps=STILL_FPS, metadata=metadata)
    starts = _starts(image)
    first, last = span(path, start, end, starts[-1])
    frames, times = [], []
    for page, begins, ends in zip(_pages(image), starts, starts[1:], strict=False):
        if ends > first + NEAR and begins < last - NEAR:
            frames.append(upright_pixels(page, color, max_side))
            times.append(max(begins, first))
            check_size(path, len(frames), frames[0].shape[1], frames[0].shape[0])
    timeline = Timeline(starts=np.array(times), end=min(last, starts[-1]))
    pixels, fps = at_constant_rate(path, frames, timeline)
    return Footage(frames=pixels, fps=fps, metadata=metadata)


def _pages(image: Image.Image) -> Iterator[Image.Image]:
    for number, page in enumerate(ImageSequence.Iterator(image)):
        if number or not image.info.get("default_image"):  # the still picture of an APNG
            yield page


def _starts(image: Image.Image) -> list[float]:
    """When each page of an animation begins, and when the last one ends (seconds)."""
    starts = [0.0]
    for page in _pages(image):
        page.load()  # Pillow knows the times of WebP and AVIF pages after decoding them
        length = page.info.get("duration", 0) / 1000
        length = length if length >= _SHORTEST else _DEFAULT
        if image.format == "AVIF":  # its times are rounded to 1/1000 s each; they do not add up
            starts[-1] = max(starts[-1] - 2 * NEAR, page.info.get("timestamp", 0) / 1000)
        starts.append(starts[-1] + length)
    return starts


def _text_of(image: Image.Image) -> dict[str, str]:
    texts = {**getattr(image, "text", {}), **image.info}
    kept = {}
    for key, value in texts.items():
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(value, str) and key in ("title", "comment", "description", "artist"):
            kept[key] = str(value)
    return kept
