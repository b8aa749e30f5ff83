"""How much of a prompt a clip shows, as far as the exam's observer can read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.perception.classifiers import Classifiers, working_size
from sorairo.world.tabletop.perception.lit_observer import classifiers_of
from sorairo.world.tabletop.perception.multi_object import detect_objects
from sorairo.world.tabletop.perception.observer import observe
from sorairo.world.tabletop.perception.style_light_floor import floor_of

PICTURES = 8  # of a clip of several objects that are looked at
# Kinds of motion by the events that a still camera tells apart.
KINDS = {"roll": "travel", "slide": "travel", "stand": "still"}
KINDS |= {name: name for name in ("drop", "toss", "swing", "turntable")}


def prompt_match(
    frames: np.ndarray, fps: float, text: str, trained_on: Mapping[str, Any] | None
) -> dict[str, float] | None:
    """What of a prompt the frames, uint8 [F, H, W, 3], show: from 0 to 1 for each of "objects",
    "color", "shape", "motion" and "floor" that the text names. None where the text names no object,
    or a style, in which the observer cannot read a clip. `trained_on` is the `SceneConfig` of the
    model as JSON, which says what its clips look like."""
    said = parse(text)
    if not said.count or said.style not in (None, "none"):
        return None
    look = "filament" if (trained_on or {}).get("places") else "classic"
    frames = working_size(frames[:: max(1, round(fps / TABLETOP.fps))])
    classifiers = classifiers_of(frames, look)
    if said.count > 1:
        return _several(frames, said, classifiers, look)
    return _one(frames, said, classifiers, look)


def _one(
    frames: np.ndarray, said: Assertions, classifiers: Classifiers, look: str
) -> dict[str, float]:
    seen = observe(frames, fps=TABLETOP.fps, classifiers=classifiers)
    shape, color, *_ = said.bodies[0]
    found = {"objects": float((seen.counts == 1).mean())}
    if color is not None:
        found["color"] = seen.color_share * (seen.color == color)
    if shape is not None:
        found["shape"] = seen.shape_chances.get(shape, 0.0)
    if said.event in KINDS and said.camera in (None, "still"):
        right = seen.motion.kind == KINDS[said.event]
        turned = said.heading in (None, "none", seen.motion.heading)
        found["motion"] = float(right and (turned or seen.motion.kind != "travel"))
    if said.floor is not None:
        found["floor"] = float(floor_of(frames, look) == said.floor)
    return {name: round(float(value), 3) for name, value in found.items()}


def _several(
    frames: np.ndarray, said: Assertions, classifiers: Classifiers, look: str
) -> dict[str, float]:
    """Of several objects: how often their number is right, and how many of them have the colour
    and the shape that the text says."""
    chosen = np.linspace(0, len(frames) - 1, min(PICTURES, len(frames))).round().astype(int)
    pictures = [detect_objects(each, classifiers, look) for each in frames[chosen]]
    found = {"objects": float(np.mean([len(each) == said.count for each in pictures]))}
    for index, name in ((1, "color"), (0, "shape")):
        asked = Counter(body[index] for body in said.bodies if body[index] is not None)
        if asked:
            shown = [Counter(getattr(each, name) for each in objects) for objects in pictures]
            share = [(each & asked).total() / asked.total() for each in shown]
            found[name] = float(np.mean(share))
    return {name: round(value, 3) for name, value in found.items()}
