"""Spreads a jump of colour over the generated frames beside a given one."""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.seams.blur import blur_by_share
from sorairo.generation.output.seams.difference import COLOR_BLUR

TINT = 1.1  # of 255: largest change of the mean colour from a given frame to a generated one


def ramp_colors(
    generated: np.ndarray, before: np.ndarray | None, after: np.ndarray | None
) -> np.ndarray:
    """Generated frames uint8 [n, H, W, 3] whose mean colour leaves that of the given frames before
    and after them at a limited rate: by TINT in the first frame, by four times that in the second,
    with the square of the distance.

    Frames change only where the colour would jump, as from night into day within a second.
    """
    out = generated
    if before is not None:
        out = _ramp_from(out, before[-1])
    if after is not None:
        out = _ramp_from(out[::-1], after[0])[::-1]
    return out


def _ramp_from(generated: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The frames that follow one given frame [H, W, 3]."""
    if _color_distance(given, generated[0]) <= TINT:
        return generated
    out, half = generated.copy(), (len(generated) + 1) / 2  # the other half may follow another one
    for step, frame in enumerate(generated[: int(half)], 1):
        most = TINT * step**2 / max(_color_distance(given, frame), TINT)
        weight = 1 - max(most, step / half)
        if weight > 0:
            difference = given.astype(np.float32) - frame
            corrected = frame + weight * blur_by_share(difference, COLOR_BLUR)
            out[step - 1] = corrected.round().clip(0, 255)
    return out


def _color_distance(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of a channel between the mean colours of two frames."""
    return float(np.abs(one.mean((0, 1)) - other.mean((0, 1))).max())
