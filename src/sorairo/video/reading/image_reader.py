"""Pictures and animated pictures, by Pillow."""

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
from sorairo.video.clip import Clip
from sorairo.video.reading.constant_frame_rate import nearest_frame
from sorairo.video.reading.limits import check_picture, check_size, within
from sorairo.video.reading.time_range import NEAR, span

STILL_FPS = 12.0  # a picture is a clip of one frame, at the rate of our own models
MAX_GIF_FPS = 50.0
FORMATS: tuple[str, ...] | None = None  # of Pillow's names; None: all that it knows

_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # pages of a TIFF or a phone's JPEG are no film
_HURRIED, _USUAL = 0.011, 0.1  # s: browsers show a frame of less than the first for the second

# What Pillow's many decoders raise on broken files.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error, zlib.error)


def read_picture(
    path: Path, start: float | None, end: float | None, max_side: int | None
) -> Clip | None:
    """The picture or the animation; None where Pillow does not know the format.

    `start` and `end` (s) are for animations. Raises MediaError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about odd files; we have our own limits
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
            f"The picture {path} is broken ({str(error).rstrip('.')}): save it anew."
        ) from error


def _read(
    path: Path, image: Image.Image, start: float | None, end: float | None, max_side: int | None
) -> Clip:
    metadata = _text_of(image)
    if image.format not in _ANIMATED or getattr(image, "n_frames", 1) == 1:
        if max_side is not None:
            image.draft("RGB", (max_side, max_side))  # a JPEG is decoded at a half, a quarter...
        frame = np.asarray(_upright(image, max_side))
        return Clip(frames=frame[None], fps=STILL_FPS, metadata=metadata)
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
) -> Clip:
    """At the rate of the shortest frame, or of the mean where that is nearly the same: GIF counts
    in hundredths of a second, so its frames are of two lengths where 1/12 s was meant."""
    lengths = np.diff([*times, end])
    fps = float(min(MAX_GIF_FPS, 1 / lengths.min().clip(1 / MAX_GIF_FPS)))
    mean = len(frames) / (end - times[0])
    fps = mean if abs(mean - fps) < 0.1 * fps else fps
    count = max(1, round((end - times[0]) * fps))
    check_size(path, count, frames[0].shape[1], frames[0].shape[0])
    shown = nearest_frame(times, times[0] + np.arange(count) / fps, slack=0.5 / fps)
    return Clip(frames=np.stack([frames[i] for i in shown]), fps=float(fps), metadata=metadata)


def _pages(image: Image.Image) -> Iterator[Image.Image]:
    for number, page in enumerate(ImageSequence.Iterator(image)):
        if number or not image.info.get("default_image"):  # of an APNG, for those who show no film
            yield page


def _seconds(page: Image.Image) -> float:
    page.load()  # Pillow knows how long a WebP frame lasts when it has decoded it
    seconds = page.info.get("duration", 0) / 1000
    return seconds if seconds >= _HURRIED else _USUAL


def _upright(image: Image.Image, max_side: int | None) -> Image.Image:
    """The page as it is meant to be seen: sRGB, turned by its EXIF, on white, scaled."""
    image.load()
    profile = image.info.get("icc_profile")
    image = _on_white(ImageOps.exif_transpose(image))
    size = within(*image.size, max_side)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _in_srgb(image, profile) if profile else image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bit; Pillow would clip, not scale
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
    """Phones and cameras take pictures in wider colour spaces than sRGB."""
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        if cast(Any, given).profile.xcolor_space.strip() != "RGB":
            return image  # of a grey or a CMYK picture, which is RGB by now
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile: browsers take such a picture for sRGB


def _text_of(image: Image.Image) -> dict[str, str]:
    texts = {**getattr(image, "text", {}), **image.info}
    kept = {}
    for key, value in texts.items():
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(value, str) and key in ("title", "comment", "description", "artist"):
            kept[key] = str(value)
    return kept
