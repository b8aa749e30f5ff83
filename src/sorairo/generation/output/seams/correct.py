"""Corrects the seams between given and generated frames, so that no step is visible.

The codec blurs a given frame and shifts its colours slightly, and the model may continue it at a
slightly different position. Beside the exact given frame, both errors are visible. They should be
fixed in the codec and the model; until then, they are corrected here, in two places:

1. on the canvas, right after decoding, at native size and rate (`correct_canvas`);
2. in the result, at its own size and rate (`correct_seams`): the difference at each seam, then
   jerks of motion, then jumps of colour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.generation.output.seams.canvas_difference import fade_canvas_difference
from sorairo.generation.output.seams.color_ramp import ramp_colors
from sorairo.generation.output.seams.difference import Seam, carry_difference
from sorairo.generation.output.seams.retiming import retime_jerks


def correct_canvas(frames: np.ndarray, decoded: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Canvas frames uint8 [n, H, W, 3], of which those that are `exact` [n] are given; `decoded` is
    what the codec made of all of them."""
    return fade_canvas_difference(frames, decoded, exact)


def correct_seams(
    generated: np.ndarray,
    seams: Sequence[Seam],
    before: np.ndarray | None,
    after: np.ndarray | None,
    *,
    fps: float,
) -> np.ndarray:
    """Generated frames of the result, uint8 [n, H, W, 3], corrected towards the given frames
    `before` and `after` them; None where the result begins or ends, or there is a cut."""
    generated = carry_difference(generated, seams, fps)
    generated = retime_jerks(generated, before, after, fps)
    return ramp_colors(generated, before, after)
