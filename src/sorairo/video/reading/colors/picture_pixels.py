"""The pixels of a picture, whatever its mode: upright, on white, in sRGB."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple, cast

import numpy as np
from PIL import Image

from sorairo.video.reading.colors.color_space import HLG, PQ, from_lab, to_srgb, with_profile
from sorairo.video.reading.colors.picture_color import PictureColor
from sorairo.video.reading.colors.tone_mapping import to_sdr
from sorairo.video.reading.limits import within

_FLOAT_WHITE = 8.0  # brighter values are not on a scale from 0 to 1, the usual one of floats
_BITS, _PHOTOMETRIC, _FORMAT = 258, 262, 339  # tags of TIFF 6.0
_WHITE_IS_ZERO, _UNSIGNED = 0, 1
_ORIENTATION = 0x0112  # tag of Exif 2.32, 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class _Layers(NamedTuple):
    colors: Image.Image  # L, RGB, CMYK or LAB
    alpha: Image.Image | None  # L


def upright_pixels(image: Image.Image, color: PictureColor, max_side: int | None) -> np.ndarray:
    """A page of a picture as uint8 [H, W, 3]: turned by its EXIF orientation, in sRGB, on white,
    scaled to `max_side`. `color` counts if it has no ICC profile."""
    image.load()
    profile = image.info.get("icc_profile")
    layers = _layers(image)
    size = within(*layers.colors.size, max_side)
    if layers.alpha is None:  # colours are converted after scaling, which is faster
        return np.asarray(_upright(image, _in_srgb(_scaled(layers.colors, size), profile, color)))
    colors = _in_srgb(layers.colors, profile, color)
    white = Image.new("RGB", colors.size, "white")
    white.paste(colors, mask=layers.alpha)
    return np.asarray(_upright(image, _scaled(white, size)))


def _upright(image: Image.Image, pixels: Image.Image) -> Image.Image:
    """The `pixels` turned as the EXIF block of the `image` says; a broken block says nothing, as in
    browsers."""
    turn = None
    with suppress(Exception):
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return pixels if turn is None else pixels.transpose(turn)


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _in_srgb(image: Image.Image, profile: bytes | None, color: PictureColor) -> Image.Image:
    if image.mode == "LAB":
        return from_lab(image)
    if profile:
        return with_profile(image, profile)
    image = image.convert("RGB")
    pixels = np.asarray(image)
    if color.transfer in (PQ, HLG):
        pixels = to_sdr(pixels, color.transfer)
    elif color.space.is_srgb:
        return image
    return Image.fromarray(to_srgb(pixels, color.space))


def _layers(image: Image.Image) -> _Layers:
    """Colours and transparency, of eight bits."""
    key = image.info.get("transparency")
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image)
        alpha = None
        if isinstance(key, int):  # of 16 bits, as the values are
            alpha = Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8))
        return _Layers(Image.fromarray(_eight_bits(image, values)), alpha)
    if image.mode == "RGB" and isinstance(key, tuple) and max(key) > 255:
        image = image.copy()  # Pillow has reduced pixels of 16 bits to eight, but not the key
        image.info["transparency"] = tuple(each >> 8 for each in key)
    if image.has_transparency_data:
        whole = image.convert("LA" if image.mode in ("LA", "La", "L", "1") else "RGBA")
        return _Layers(whole.convert("L" if whole.mode == "LA" else "RGB"), whole.getchannel("A"))
    keeps = image.mode in ("L", "RGB", "CMYK", "LAB")
    return _Layers(image if keeps else image.convert("L" if image.mode == "1" else "RGB"), None)


def _eight_bits(image: Image.Image, values: np.ndarray) -> np.ndarray:
    """Grey values of 12 bits or more, or of floating point, as uint8 [H, W]."""
    tags = cast(Any, getattr(image, "tag_v2", {}))
    if image.mode == "I" and _is_unsigned(image, tags):
        values = values.view(np.uint32)
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=np.inf, neginf=0.0)
    finite = values[np.isfinite(values)]
    white = _white(image, float(finite.max()) if finite.size else 0.0, tags)
    scaled = (values / white * 255).clip(0, 255).round().astype(np.uint8)
    inverted = image.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    return 255 - scaled if inverted else scaled


def _white(image: Image.Image, brightest: float, tags: Any) -> float:
    """The value of white. Formats do not say it for floats and for integers of 32 bits."""
    if image.mode.startswith("I;16"):
        return 2.0 ** tags.get(_BITS, (16,))[0] - 1
    if image.mode == "F" and brightest <= _FLOAT_WHITE:
        return 1.0
    if brightest <= 255 and image.format != "PPM":  # Pillow scales those to 65535
        return 255.0
    if brightest <= 65535:
        return 65535.0
    if image.mode == "F":
        return brightest
    return 2.0 ** (32 if _is_unsigned(image, tags) else 31) - 1


def _is_unsigned(image: Image.Image, tags: Any) -> bool:
    return image.format == "TIFF" and tags.get(_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED
