"""The difference at a seam, carried into the generated frames beside it.

A given frame and what the codec makes of it differ a little, by the codec's blur. That difference
is known at the seam. It is added to the generated frames next to it: fully where a part of the
picture looks as it did at the seam, within the first second also where it has moved to, and
elsewhere only its colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sorairo.generation.output.seams.block_matching import follow_motion
from sorairo.generation.output.seams.blur import blur_by_share
from sorairo.interruption import check_interrupted

COLOR_BLUR = 1 / 8  # of the shorter side: what is wider counts as colour and not as detail
SAME = 10.0  # of 255: where a picture has changed by less since the seam, detail is added
COLOR_SECONDS = 1.0  # time constant in which a difference of colour fades
FOLLOWED = 1.0  # seconds in which moving parts are followed
SPEED, FARTHEST = 24, 8  # 64ths of the shorter side: how far a part moves in a second, and in all


@dataclass(frozen=True, kw_only=True, eq=False)
class Seam:
    """A given frame beside generated ones."""

    at: int
    """Its place, in frames of the generated segment: -1 before it, or its length after it."""
    given: np.ndarray
    """The frame as it was given, uint8 [H, W, 3]."""
    rebuilt: np.ndarray
    """The same frame as the canvas shows it, brought to the same size."""

    @cached_property
    def difference(self) -> np.ndarray:
        """The exact frame minus the rebuilt one, float32 [H, W, 3]."""
        return self.given.astype(np.float32) - self.rebuilt

    @cached_property
    def color(self) -> np.ndarray:
        """The part of the difference that is colour."""
        return blur_by_share(self.difference, COLOR_BLUR)


def carry_difference(generated: np.ndarray, seams: Sequence[Seam], fps: float) -> np.ndarray:
    """The generated frames uint8 [n, H, W, 3], each with the differences of all seams, weighted by
    1 / distance**2."""
    if not seams or not len(generated):
        return generated
    out = generated.copy()
    for index, picture in enumerate(generated):
        check_interrupted()
        distances = np.array([abs(index - seam.at) for seam in seams], float)
        weights = distances**-2 / (distances**-2).sum()
        total = np.zeros(picture.shape, np.float32)
        for seam, weight, distance in zip(seams, weights, distances, strict=True):
            total += weight * correction(picture, seam, (distance - 1) / fps)
        out[index] = (picture + total).round().clip(0, 255).astype(np.uint8)
    return out


def correction(picture: np.ndarray, seam: Seam, seconds: float) -> np.ndarray:
    """What to add to a generated picture that is `seconds` away from a seam, float32 [H, W, 3]."""
    difference, rebuilt = seam.difference, seam.rebuilt.astype(np.float32)
    if seconds < FOLLOWED:
        reach = min(FARTHEST, 2 + round(seconds * SPEED))
        both = np.concatenate([difference, rebuilt], axis=-1)
        both = follow_motion(both, seam.rebuilt, picture, reach)
        difference, rebuilt = both[..., :3], both[..., 3:]
    change = np.abs(picture.astype(np.float32) - rebuilt).mean(-1)
    same = np.exp(-np.square(blur_by_share(change[..., None], 1 / 96) / SAME))
    fading = np.exp(-seconds / COLOR_SECONDS)
    return same * difference + (1 - same) * fading * seam.color
