"""Brings footage to the size and frame rate of a canvas."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from sorairo.video.clip import Clip

MAX_ASPECT = 4.0  # long side : short side; 32:9, the widest screen, is 3.6
MAX_CUT = 0.08  # the part of a picture's width or height that `Clip.fit` may crop

# A canvas of twice the area costs as much as one whose aspect ratio is off by 15%. With a smaller
# weight, 4:3 would get twice the tokens of 5:4; with a larger one, most pictures would lose the
# full 8% of a side.
_AREA_WEIGHT = 0.2


def canvas_size(width: int, height: int, *, multiple: int, area: int) -> tuple[int, int]:
    """The (width, height) of the canvas for footage of `width` x `height` pixels.

    Both sides are multiples of `multiple` and their product is close to `area` (pixels). The aspect
    ratio is close enough that `Clip.fit` crops at most 8% of one side, if such a canvas exists
    between half and twice of `area`. Aspect ratios beyond 4:1 and 1:4 count as these: longer
    panoramas are cropped.
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
    """The clip at the size of a canvas: squeezed if the aspect ratios differ by at most 8%, else
    centre-cropped."""
    squeezed = squeezed_aspect(clip, width, height) is not None
    return clip.resize(width, height) if squeezed else clip.fit(width, height)


def squeezed_aspect(clip: Clip, width: int, height: int) -> float | None:
    """The aspect ratio (width : height) of a clip that `onto` squeezes; None if it crops."""
    aspect = clip.width / clip.height
    near = abs(math.log(aspect / (width / height))) <= -math.log(1 - MAX_CUT)
    return aspect if near else None


def at_fps(clip: Clip, fps: float, first: int = 0, last: int | None = None) -> Clip:
    """The clip at another frame rate: frames are repeated or dropped, never blended.

    Each new frame is the one that was on screen at its time. The duration is kept to within half a
    frame. `first` and `last` (not included) select some of the new frames, so that no memory is
    used for the others.
    """
    last = frames_at(clip, fps) if last is None else last
    if fps == clip.fps:
        return clip if (first, last) == (0, clip.num_frames) else _with(clip, slice(first, last))
    selected = _with(clip, _shown(clip, fps, np.arange(first, last)))
    return dataclasses.replace(selected, fps=fps)


def shown_at(clip: Clip, fps: float, frame: int) -> int:
    """The frame of a clip that is on screen at the time of a `frame` at another frame rate."""
    return int(_shown(clip, fps, np.array(frame)))


def _shown(clip: Clip, fps: float, frames: np.ndarray) -> np.ndarray:
    # 1e-6: a time that rounding puts just before the start of a frame belongs to that frame
    return np.floor(frames * (clip.fps / fps) + 1e-6).astype(int).clip(max=clip.num_frames - 1)


def frames_at(clip: Clip, fps: float) -> int:
    """The number of frames that a clip has at another frame rate."""
    return clip.num_frames if fps == clip.fps else max(1, round(clip.duration * fps))


def _with(clip: Clip, frames: np.ndarray | slice) -> Clip:
    return dataclasses.replace(clip, frames=clip.frames[frames])
