"""From the size and rate of any footage to those of a canvas."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from sorairo.video.clip import Clip

MAX_ASPECT = 4.0  # long side : short side; 32:9, the widest screen, is 3.6
MAX_CUT = 0.08  # of a picture's width or height that `Clip.fit` may cut away

# A canvas of twice the area is as bad as one whose aspect ratio is off by 15%. Less, and 4:3 would
# get twice the tokens of 5:4; more, and most pictures would lose the full 8% of a side.
_AREA_WEIGHT = 0.2


def canvas_size(width: int, height: int, *, multiple: int, area: int) -> tuple[int, int]:
    """The (width, height) of the canvas for footage of `width` x `height` pixels.

    Both sides are multiples of `multiple`, their product is near `area` (pixels), and their aspect
    ratio is so near that `Clip.fit` cuts at most 8% of one side, if there is such a canvas between
    half of `area` and twice of it. Aspect ratios beyond 4:1 and 1:4 count as those: the rest of a
    longer panorama is cut.
    """
    aspect = min(max(width / height, 1 / MAX_ASPECT), MAX_ASPECT)
    rows = range(1, math.ceil(2 * math.sqrt(area * MAX_ASPECT) / multiple) + 1)
    grid = [(max(1, math.floor(h * aspect) + more), h) for h in rows for more in (0, 1)]

    def badness(size: tuple[int, int]) -> tuple[bool, float, int]:
        miss = abs(math.log(size[0] / size[1] / aspect))
        off = abs(math.log(size[0] * size[1] / area))
        refused = miss > -math.log(1 - MAX_CUT) or off > math.log(2)
        return refused, round(miss + _AREA_WEIGHT * off, 9), size[0] * size[1]

    return min(((w * multiple, h * multiple) for w, h in grid), key=badness)


def onto(clip: Clip, width: int, height: int) -> Clip:
    """The clip on a canvas: all of it, squeezed a little, if the aspect ratios are near (8%);
    else cut in the middle."""
    squeezed = squeezed_aspect(clip, width, height) is not None
    return clip.resize(width, height) if squeezed else clip.fit(width, height)


def squeezed_aspect(clip: Clip, width: int, height: int) -> float | None:
    """The aspect ratio (width : height) that `onto` squeezes to that of the canvas; None where it
    cuts."""
    aspect = clip.width / clip.height
    near = abs(math.log(aspect / (width / height))) <= -math.log(1 - MAX_CUT)
    return aspect if near else None


def at_fps(clip: Clip, fps: float) -> Clip:
    """The clip at another rate: at every time the frame that was on screen then.

    That is the nearest earlier frame, never a blend; frames are repeated or left out. The duration
    stays as it is to half of a new frame.
    """
    if fps == clip.fps:
        return clip
    count = max(1, round(clip.duration * fps))
    # 1e-6: a time that falls on the beginning of a frame, but for rounding, is in that frame
    shown = np.floor(np.arange(count) * (clip.fps / fps) + 1e-6).astype(int)
    return dataclasses.replace(
        clip, frames=clip.frames[shown.clip(max=clip.num_frames - 1)], fps=fps
    )
