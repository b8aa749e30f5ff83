"""The colour of made frames beside given ones."""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.blur import gaussian_blur

COLOR_BLUR = 1 / 8  # of the shorter side: what counts as colour and not as detail
TINT = 1.1  # of 255: how far the mean colour may move from a given frame to a made one


def match_colors(
    made: np.ndarray, before: np.ndarray | None, after: np.ndarray | None
) -> np.ndarray:
    """Made frames uint8 [n, H, W, 3] whose colour leaves that of the given frames before and after
    them as what falls gathers speed: in one step by TINT at most, in two by four times that.

    So it does only where it would have jumped: from night into day within a second, say.
    """
    out = made
    if before is not None:
        out = _gathered(out, before[-1])
    if after is not None:
        out = _gathered(out[::-1], after[0])[::-1]
    return out


def _gathered(made: np.ndarray, given: np.ndarray) -> np.ndarray:
    """What follows one given frame [H, W, 3]."""
    if _distance(given, made[0]) <= TINT:
        return made
    out, half = made.copy(), (len(made) + 1) / 2  # the other half may follow something else
    for step, frame in enumerate(made[: int(half)], 1):
        most = TINT * step**2 / max(_distance(given, frame), TINT)
        weight = 1 - max(most, step / half)
        if weight > 0:
            missing = given.astype(np.float32) - frame
            mended = frame + weight * blurred(missing, COLOR_BLUR)
            out[step - 1] = mended.round().clip(0, 255)
    return out


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Between the mean colours of two frames, the most of the channels."""
    return float(np.abs(one.mean((0, 1)) - other.mean((0, 1))).max())


def blurred(values: np.ndarray, share: float) -> np.ndarray:
    """Gaussian blur of [H, W, c] with a radius of a share of the shorter side."""
    radius = share * min(values.shape[:2])
    return gaussian_blur(values, max(radius, 0.3), reach=max(1, int(3 * radius)))
