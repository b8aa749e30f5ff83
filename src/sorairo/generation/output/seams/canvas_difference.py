"""The difference at a seam on the canvas, faded out over the generated frames beside it.

The difference between a given frame and the decoded frames beside it is added to them with a weight
that falls with distance: its broad part, which is colour and light, everywhere; its fine part,
which is detail, where a place looks as it did at the seam.
"""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.seams.blur import gaussian_blur

FADE = 12.0  # frames of the canvas, at any rate, over which colours fade to the model's own
BROAD = 6.0  # the shorter side divided by this: what is wider is colour and light
SAME = 20.0  # of 255: where a picture has changed by less, a place looks as it did


def fade_canvas_difference(
    frames: np.ndarray, decoded: np.ndarray, exact: np.ndarray
) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] with the generated ones beside those that are `exact` [n]
    corrected; `decoded` is what the codec made of all of them."""
    edges = np.flatnonzero(exact[1:] != exact[:-1]).tolist()
    if not edges:
        return frames
    out = frames.astype(np.float32)
    for edge in edges:
        given, step = (edge, 1) if exact[edge] else (edge + 1, -1)
        _fade_from(out, frames, decoded, exact, given, step)
    return np.where(exact[:, None, None, None], frames, out.round().clip(0, 255)).astype(np.uint8)


def _fade_from(
    out: np.ndarray,
    frames: np.ndarray,
    decoded: np.ndarray,
    exact: np.ndarray,
    given: int,
    step: int,
) -> None:
    """Adds to `out` the difference at the frame `given`, in the direction of `step`."""
    true, was = frames[given].astype(np.float32), decoded[given].astype(np.float32)
    width = min(true.shape[:2]) / BROAD
    broad = _smooth(true - decoded[given + step], width)
    fine = true - was
    fine -= _smooth(fine, width)
    at, away = given + step, 1
    while 0 <= at < len(out) and not exact[at] and away < 4 * FADE:
        left = np.exp(-((away / FADE) ** 2))
        changed = np.abs(_smooth(decoded[at] - was, 1.5)).max(-1, keepdims=True)
        same = np.exp(-((changed / SAME) ** 2))
        out[at] += left * broad + left**0.25 * same * fine
        at, away = at + step, away + 1


def _smooth(picture: np.ndarray, width: float) -> np.ndarray:
    """Blurred by a Gaussian of standard deviation `width` pixels, the edges being repeated."""
    return gaussian_blur(picture, width, reach=max(1, round(3 * width)))
