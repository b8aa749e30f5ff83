"""What stands in a clip and where, under any light and on any floor of CANVAS_WORLD.

A pixel's colour means nothing without the light that falls on it: a red ball at night is as dark as
a black one by day. So the light and the floor are judged first, and pixels are then sorted by the
classifier of that light and floor. Fitted by `python -m
sorairo.world.tabletop.fitting.fit_lit_observer`, which
writes lit_observer.json and reports its errors on other renders. Unstyled clips only.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np

from sorairo.world.tabletop.perception.classifiers import Looks, Net, shipped_looks
from sorairo.world.tabletop.perception.observer import Observation, observe
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of


def witness(frames: np.ndarray, *, fps: float = 12.0) -> Observation:
    """Observe uint8 frames [F, H, W, 3], as `observe` does by day on four floors."""
    return observe(frames, fps=fps, looks=looks_under(light_of(frames), floor_of(frames)))


def centers(masks: np.ndarray) -> np.ndarray:
    """Where the body is, (x, y) in parts of the picture, [F, 2], from masks [F, H, W]; NaN where
    it is not seen."""
    found = np.full((len(masks), 2), np.nan)
    for center, mask in zip(found, masks > 0, strict=True):
        if mask.any():
            rows, columns = np.nonzero(mask)
            center[:] = (columns.mean() + 0.5) / mask.shape[1], (rows.mean() + 0.5) / mask.shape[0]
    return found


def looks_under(light: str, floor: str) -> Looks:
    """The classifiers for a light and a floor."""
    shape, colors = _shipped()
    return Looks(color=colors[f"{light} {floor}"], shape=shape, floor=shipped_looks().floor)


@cache
def _shipped() -> tuple[Net, dict[str, Net]]:
    """The classifiers of lit_observer.json: of silhouettes; of pixels, by light and floor."""
    file = resources.files("sorairo.world.tabletop.perception").joinpath("lit_observer.json")
    record = json.loads(file.read_text())
    colors = {place: Net.from_json(net) for place, net in record["colors"].items()}
    return Net.from_json(record["shape"]), colors
