"""Where given frames meet what is made: the made ones take over what the codec lost.

The codec returns a photograph softer and in slightly other colours than it was, and a model may
begin a little beside what it was given; next to the exact frame both show. So the difference at
the joint is carried into the made frames and fades there: its broad part, which is colour and
light, everywhere, and its fine part, which is detail, as long as a place looks as it did.
"""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.blur import gaussian_blur

CARRIED = 12.0  # frames over which colours fade to the model's own
BROAD = 6.0  # of the smaller side: what is wider than that part of it is colour and light
SAME = 20.0  # of 255: where less has changed, a place looks as it did


def meet(frames: np.ndarray, decoded: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] of which some are `exact` [n], with the made ones next to them
    mended; `decoded` is what the codec made of all."""
    out = frames.astype(np.float32)
    for edge in np.flatnonzero(exact[1:] != exact[:-1]).tolist():
        given, step = (edge, 1) if exact[edge] else (edge + 1, -1)
        _carry(out, frames, decoded, exact, given, step)
    return np.where(exact[:, None, None, None], frames, out.round().clip(0, 255)).astype(np.uint8)


def _carry(
    out: np.ndarray,
    frames: np.ndarray,
    decoded: np.ndarray,
    exact: np.ndarray,
    given: int,
    step: int,
) -> None:
    """Adds to `out` what is missing beside the frame `given`, in the direction of `step`."""
    true, was = frames[given].astype(np.float32), decoded[given].astype(np.float32)
    width = min(true.shape[:2]) / BROAD
    broad = _smooth(true - decoded[given + step], width)
    fine = true - was
    fine -= _smooth(fine, width)
    at, away = given + step, 1
    while 0 <= at < len(out) and not exact[at] and away < 4 * CARRIED:
        left = np.exp(-((away / CARRIED) ** 2))
        changed = np.abs(_smooth(decoded[at] - was, 1.5)).max(-1, keepdims=True)
        same = np.exp(-((changed / SAME) ** 2))
        out[at] += left * broad + left**0.25 * same * fine
        at, away = at + step, away + 1


def _smooth(picture: np.ndarray, width: float) -> np.ndarray:
    """Blurred by a Gaussian of standard deviation `width` pixels, the edges being repeated."""
    return gaussian_blur(picture, width, reach=max(1, round(3 * width)))
