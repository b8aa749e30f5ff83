"""Reads pictures and animations with Pillow."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.footage import Footage
from sorairo.video.reading.constant_frame_rate import nearest_frame
from sorairo.video.reading.limits import check_picture, check_size, within
from sorairo.video.reading.time_range import NEAR, span

STILL_FPS = 12.0  # of a picture, which is a clip of one frame; the rate of our own models
MAX_GIF_FPS = 50.0
FORMATS: tuple[str, ...] | None = None  # Pillow's names; None: all that it reads

_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # pages of a TIFF or of a phone's JPEG are no animation
_SHORTEST, _DEFAULT = 0.011, 0.1  # seconds: browsers show shorter frames for the default time

# What Pillow's decoders raise on broken files.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error, zlib.error)


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
            with Image.open(path, formats=FORMATS) as image:
                check_picture(path, *image.size)
                return _read(path, image, start, end, max_side)
    except (UnidentifiedImageError, FileNotFoundError):
        return None
    except Image.DecompressionBombError as error:
        raise TooLargeError(
            f"{path} has too many pixels ({error}): make it smaller first."
        ) from error
    except MediaError:
        raise
    except _BROKEN as error:
        raise MediaError(
            f"The picture {path} is broken ({str(error).rstrip('.')}): save it again."
        ) from error


def _read(
    path: Path, image: Image.Image, start: float | None, end: float | None, max_side: int | None
) -> Footage:
    metadata = _text_of(image)
    if image.format not in _ANIMATED or getattr(image, "n_frames", 1) == 1:
        if max_side is not None:
            image.draft(
                "RGB", (max_side, max_side)
            )  # decodes a JPEG at 1/2, 1/4 or 1/8 of its size
        frame = np.asarray(_upright(image, max_side))
        return Footage(frames=frame[None], fps=STILL_FPS, metadata=metadata)
    lengths = [_seconds(page) for page in _pages(image)]
    first, last = span(path, start, end, sum(lengths))
    starts = np.cumsum([0.0, *lengths])
    frames, times = [], []
    for page, begins, ends in zip(_pages(image), starts, starts[1:], strict=False):
        if ends > first + NEAR and begins < last - NEAR:
            frames.append(np.asarray(_upright(page, max_side)))
            times.append(max(begins, first))
            check_size(path, len(frames), frames[0].shape[1], frames[0].shape[0])
    return _animation(path, frames, np.array(times), min(last, starts[-1]), metadata)


def _animation(
    path: Path, frames: list[np.ndarray], times: np.ndarray, end: float, metadata: dict[str, str]
) -> Footage:
    """The frames at the rate of the shortest one, or at the mean rate if that is nearly the same.

    GIF stores times in hundredths of a second, so 12 fps gives frames of two lengths.
    """
    lengths = np.diff([*times, end])
    fps = float(min(MAX_GIF_FPS, 1 / lengths.min().clip(1 / MAX_GIF_FPS)))
    mean = len(frames) / (end - times[0])
    fps = mean if abs(mean - fps) < 0.1 * fps else fps
    count = max(1, round((end - times[0]) * fps))
    check_size(path, count, frames[0].shape[1], frames[0].shape[0])
    shown = nearest_frame(times, times[0] + np.arange(count) / fps, slack=0.5 / fps)
    return Footage(frames=np.stack([frames[i] for i in shown]), fps=float(fps), metadata=metadata)


def _pages(image: Image.Image) -> Iterator[Image.Image]:
    for number, page in enumerate(ImageSequence.Iterator(image)):
        if number or not image.info.get("default_image"):  # the still picture of an APNG
            yield page


def _seconds(page: Image.Image) -> float:
    page.load()  # Pillow knows the duration of a WebP frame after decoding it
    seconds = page.info.get("duration", 0) / 1000
    return seconds if seconds >= _SHORTEST else _DEFAULT


def _upright(image: Image.Image, max_side: int | None) -> Image.Image:
    """The page in sRGB, turned by its EXIF orientation, on white, scaled to `max_side`."""
    image.load()
    profile = image.info.get("icc_profile")
    image = _on_white(ImageOps.exif_transpose(image))
    size = within(*image.size, max_side)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _in_srgb(image, profile) if profile else image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bit, which Pillow would clip instead of scale
        array = np.asarray(image).astype(np.int32)
        scale = 257 if ";16" in image.mode or array.max() > 255 else 1
        image = Image.fromarray(((array + scale // 2) // scale).clip(0, 255).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture converted to sRGB; phones and cameras use wider colour spaces."""
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        if cast(Any, given).profile.xcolor_space.strip() != "RGB":
            return image  # the profile of a grey or CMYK picture, which is RGB by now
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile; browsers assume sRGB


def _text_of(image: Image.Image) -> dict[str, str]:
    texts = {**getattr(image, "text", {}), **image.info}
    kept = {}
    for key, value in texts.items():
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(value, str) and key in ("title", "comment", "description", "artist"):
            kept[key] = str(value)
    return kept
