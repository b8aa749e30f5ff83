"""Checks which objects a clip shows, against a scene."""

from __future__ import annotations

import numpy as np

from sorairo.world.tabletop.perception.lit_observer import observe_lit
from sorairo.world.tabletop.perception.observer import MAX_BAD_FRAMES, Observation
from sorairo.world.tabletop.scene import Scene


def one_object(seen: Observation) -> bool:
    """Whether there is exactly one object in all but a few frames."""
    return seen.count == 1 and seen.bad_frames <= max(1, MAX_BAD_FRAMES * len(seen.counts))


def set_right(frames: np.ndarray, scene: Scene) -> dict[str, float]:
    """Whether frames uint8 [F, H, W, 3] show the object of a scene with one body."""
    seen, body = observe_lit(frames, look=scene.look), scene.bodies[0]
    found = {
        "one object": one_object(seen),
        "color": seen.color == body.color,
        "shape": seen.shape == body.shape,
    }
    return {
        name: float(right) for name, right in (*found.items(), ("object set", all(found.values())))
    }


def colored(frames: np.ndarray, color: str, look: str = "classic") -> bool:
    """Whether the object in the frames has a colour."""
    return observe_lit(frames, look=look).color == color
