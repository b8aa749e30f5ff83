"""Draws scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.menagerie.kinds import KINDS
from sorairo.world.menagerie.places import PLACES
from sorairo.world.menagerie.scene import HEADINGS, Creature, Scene, SceneConfig

WHOLE_WORLD = SceneConfig()
YOUNG = {"African elephant": "baby elephant", "giraffe": "baby giraffe", "pig": "piglet"}
SIDES = ("left", "left", "right", "right")


def sample_scene(rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD) -> Scene:
    """A scene of a part of the world."""
    kinds = config.kinds or tuple(KINDS)
    while True:
        kind, event = _choice(rng, kinds), _choice(rng, config.events)
        place = _choice(rng, KINDS[kind].lives)
        if _can(kind, event, place):
            break
    animals = _cast(rng, kind, event, place)
    across = event in ("pass", "follow", "chase") or rng.random() < 0.75
    camera = _choice(rng, config.cameras)
    if event in ("run", "chase") and "follow" in config.cameras and rng.random() < 0.7:
        camera = "follow"
    if camera == "follow" and event in ("stand", "eat", "pass"):
        camera = "still"
    return Scene(
        place=place,
        ground=_choice(rng, PLACES[place].grounds),
        event=event,
        animals=animals,
        heading=_choice(rng, SIDES if across else HEADINGS),
        weather=_choice(rng, ("clear", "clear", *PLACES[place].weathers)),
        camera=camera,
        turn=int(rng.integers(512)),
        seed=int(rng.integers(2**31)),
    )


def _can(kind: str, event: str, place: str) -> bool:
    """Whether a kind can be the first animal of an event in a place."""
    if event == "pass":
        return bool(_neighbours(kind, place))
    if event == "run":
        return KINDS[kind].runs
    if event == "eat":
        return KINDS[kind].feeding is not None
    return event != "chase" or bool(KINDS[kind].prey)


def _cast(rng: np.random.Generator, kind: str, event: str, place: str) -> tuple[Creature, ...]:
    first = _creature(rng, kind)
    neighbours = _neighbours(kind, place)
    if event == "pass":
        return first, _creature(rng, _choice(rng, neighbours))
    if event == "follow":
        return first, _creature(rng, YOUNG.get(kind, kind))
    if event == "chase":
        prey = [other for other in KINDS[kind].prey if other in neighbours]
        return first, _creature(rng, _choice(rng, prey or KINDS[kind].prey))
    count = 1 if event in ("stop", "leave") else int(rng.choice([1, 1, 1, 2, 3]))
    return (first, *(first for _ in range(count - 1)))


def _neighbours(kind: str, place: str) -> list[str]:
    """The other kinds that live in a place."""
    return [other for other in KINDS if other != kind and place in KINDS[other].lives]


def _creature(rng: np.random.Generator, kind: str) -> Creature:
    return Creature(kind=kind, coat=_choice(rng, tuple(KINDS[kind].coats)))


def _choice(rng: np.random.Generator, values: Sequence[str]) -> str:
    return values[int(rng.integers(len(values)))]
