"""Draws scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.errors import ConfigError, unknown_name
from sorairo.world.menagerie.kinds import KINDS
from sorairo.world.menagerie.places import PLACES
from sorairo.world.menagerie.scene import HEADINGS, Creature, Scene, SceneConfig

WHOLE_WORLD = SceneConfig()
YOUNG = {"African elephant": "baby elephant", "giraffe": "baby giraffe", "pig": "piglet"}
SIDES = ("left", "left", "right", "right")


def sample_scene(rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD) -> Scene:
    """A scene of a part of the world. Raises ConfigError for one in which nothing can happen."""
    kinds = config.kinds or tuple(KINDS)
    _check_possible(kinds, config.events)
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


def _check_possible(kinds: Sequence[str], events: Sequence[str]) -> None:
    places = [(kind, place) for kind in kinds for place in _lives(kind)]
    if not any(_can(kind, event, place) for kind, place in places for event in events):
        raise ConfigError(
            f"No animal of {', '.join(kinds)} can do any of {', '.join(events)}: choose other kinds"
            " or events."
        )


def _lives(kind: str) -> tuple[str, ...]:
    if kind not in KINDS:
        raise unknown_name("animal", kind, KINDS)
    return KINDS[kind].lives


def _can(kind: str, event: str, place: str) -> bool:
    """Whether a kind can be the first animal of an event in a place."""
    if event == "pass":
        return bool(_neighbours(kind, place))
    if event == "run":
        return KINDS[kind].runs
    if event == "eat":
        return KINDS[kind].feeding is not None
    return event != "chase" or bool(_prey(kind, place))


def _cast(rng: np.random.Generator, kind: str, event: str, place: str) -> tuple[Creature, ...]:
    first = _creature(rng, kind)
    if event == "pass":
        return first, _creature(rng, _choice(rng, _neighbours(kind, place)))
    if event == "follow":
        return first, _creature(rng, YOUNG.get(kind, kind))
    if event == "chase":
        return first, _creature(rng, _choice(rng, _prey(kind, place)))
    count = 1 if event in ("stop", "leave") else int(rng.choice([1, 1, 1, 2, 3]))
    return (first, *(first for _ in range(count - 1)))


def _neighbours(kind: str, place: str) -> list[str]:
    """The other kinds that live in a place."""
    return [other for other in KINDS if other != kind and place in KINDS[other].lives]


def _prey(kind: str, place: str) -> list[str]:
    """The kinds that it may chase in a place: those that live there and can run away."""
    neighbours = _neighbours(kind, place)
    return [other for other in KINDS[kind].prey if other in neighbours and KINDS[other].runs]


def _creature(rng: np.random.Generator, kind: str) -> Creature:
    return Creature(kind=kind, coat=_choice(rng, tuple(KINDS[kind].coats)))


def _choice(rng: np.random.Generator, values: Sequence[str]) -> str:
    return values[int(rng.integers(len(values)))]
