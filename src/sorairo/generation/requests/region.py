"""A part of a picture: a rectangle in words ("40,0,120,90" in pixels, or "25%,0%,50%,100%"), or a
drawn mask. No torch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sorairo.errors import RequestError
from sorairo.notes import Note

if TYPE_CHECKING:
    import numpy as np

    from sorairo.video import Clip

SAME_ASPECT = 0.02  # how far a mask's aspect ratio may be from the clip's, as a logarithm
FORM = "write x,y,width,height in pixels or percent, for example 40,0,120,90 or 25%,0%,50%,100%"
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*")


@dataclass(frozen=True, kw_only=True)
class Region:
    """A rectangle of a picture in pixels: columns left <= x < right, rows top <= y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def mask(self, width: int, height: int) -> np.ndarray:
        """1 inside and 0 outside, float32 [height, width]."""
        import numpy as np

        mask = np.zeros((height, width), np.float32)
        mask[self.top : self.bottom, self.left : self.right] = 1
        return mask


def parse_region(text: str, width: int, height: int) -> Region:
    """The rectangle that a text describes in a picture of `width` x `height` pixels. Raises
    RequestError."""
    x, y, w, h = (
        number * whole / 100 if percent else number
        for (number, percent), whole in zip(
            _numbers(text), (width, height, width, height), strict=True
        )
    )
    if x + w > width + 1e-6 or y + h > height + 1e-6:
        raise RequestError(
            Note(
                f"The region {text} reaches beyond the picture, which has {width}x{height} pixels.",
                "region_outside",
                region=text,
                size=f"{width}x{height}",
            )
        )
    region = Region(left=round(x), top=round(y), right=round(x + w), bottom=round(y + h))
    if region.left >= region.right or region.top >= region.bottom:
        raise RequestError(
            Note(f"The region {text} contains no pixels: {FORM}.", "region_empty", region=text)
        )
    return region


def check_region(text: str) -> None:
    """Raises RequestError for a text that does not have the form of a region."""
    _numbers(text)


def _numbers(text: str) -> list[tuple[float, bool]]:
    found = [_NUMBER.fullmatch(part) for part in text.split(",")]
    numbers = [(float(each[1]), bool(each[2])) for each in found if each]
    if len(numbers) != 4 or len(found) != 4:
        raise RequestError(Note(f"'{text}' is not a region: {FORM}.", "not_a_region", region=text))
    return numbers


def check_mask_shape(mask: tuple[int, int], clip: tuple[int, int]) -> None:
    """Raises RequestError for a mask of another shape than the clip; both are (width, height)."""
    if abs(math.log(mask[0] / mask[1] * clip[1] / clip[0])) > SAME_ASPECT:
        raise RequestError(
            Note(
                f"The mask has {mask[0]}x{mask[1]} pixels and the clip {clip[0]}x{clip[1]}: draw it"
                " over one of the clip's frames.",
                "mask_shape",
                mask=f"{mask[0]}x{mask[1]}",
                clip=f"{clip[0]}x{clip[1]}",
            )
        )


def drawn_mask(picture: Clip, clip: Clip) -> np.ndarray:
    """A picture of a mask as a mask for the clip, 0 or 1 [height, width]: 1 where it is white.
    Raises RequestError for a mask of another shape, and for one that is black everywhere."""
    import numpy as np

    check_mask_shape((picture.width, picture.height), (clip.width, clip.height))
    scaled = picture.resize(clip.width, clip.height)
    mask = (scaled.frames[0].mean(axis=-1) >= 127.5).astype(np.float32)
    check_mask(mask, clip)
    return mask


def check_mask(mask: np.ndarray, clip: Clip) -> None:
    """Raises RequestError for a mask [height, width] of another shape than the clip, and for one
    that is 0 everywhere."""
    check_mask_shape((mask.shape[1], mask.shape[0]), (clip.width, clip.height))
    if not mask.any():
        raise RequestError(
            Note("The mask is black everywhere: make white what should be changed.", "mask_black")
        )
