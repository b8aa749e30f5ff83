"""The observer under any light and on any floor of CANVAS_WORLD. For clips without a style.

The colour of a pixel depends on the light: a red ball at night is as dark as a black one by day.
So the light and the floor are classified first, and then pixels by the classifier of that light
and floor. The weights are in fitted/LOOK/lit_observer.json, written by
`python -m sorairo.world.tabletop.fitting.fit_lit_observer`, which also reports the errors.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.perception.classifiers import (
    Classifiers,
    Net,
    fitted,
    shipped_classifiers,
)
from sorairo.world.tabletop.perception.observer import Observation, observe
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of


def observe_lit(
    frames: np.ndarray, *, fps: float = TABLETOP.fps, look: str = "classic"
) -> Observation:
    """Observes uint8 frames [F, H, W, 3] under any light, as `observe` does in daylight."""
    return observe(frames, fps=fps, classifiers=classifiers_of(frames, look))


def classifiers_of(frames: np.ndarray, look: str = "classic") -> Classifiers:
    """The classifiers for the light and the floor that frames show."""
    return classifiers_for(light_of(frames, look), floor_of(frames, look), look)


def centers(masks: np.ndarray) -> np.ndarray:
    """Centroids (x, y) of masks [F, H, W] as fractions of width and height, float [F, 2]; NaN in
    frames with an empty mask."""
    found = np.full((len(masks), 2), np.nan)
    for center, mask in zip(found, masks > 0, strict=True):
        if mask.any():
            rows, columns = np.nonzero(mask)
            center[:] = (columns.mean() + 0.5) / mask.shape[1], (rows.mean() + 0.5) / mask.shape[0]
    return found


def classifiers_for(light: str, floor: str, look: str = "classic") -> Classifiers:
    """The classifiers for a light and a floor."""
    shape, colors = _shipped(look)
    return Classifiers(
        color=colors[f"{light} {floor}"], shape=shape, floor=shipped_classifiers(look).floor
    )


@cache
def _shipped(look: str) -> tuple[Net, dict[str, Net]]:
    """The classifiers of lit_observer.json: silhouettes, and pixels by light and floor."""
    record = fitted(look, "lit_observer")
    colors = {place: Net.from_json(net) for place, net in record["colors"].items()}
    return Net.from_json(record["shape"]), colors
