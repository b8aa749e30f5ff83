"""Animals by kind and coat, in metres, with the gaits in which they walk and run."""

from __future__ import annotations

from functools import cache

import numpy as np

from sorairo.world.menagerie.animals.gaits import Gait, gait_of
from sorairo.world.menagerie.animals.model import Animal, load_animal
from sorairo.world.menagerie.assets.archive import read
from sorairo.world.menagerie.assets.formats import Animation
from sorairo.world.menagerie.kinds import KINDS

# Seconds of a cycle of an animal of 1 m; it grows with the root of the height (Alexander and
# Jayes, "A dynamic similarity hypothesis for the gaits of quadrupedal mammals", 1983).
CYCLES = {"walk": 0.92, "run": 0.52}
SHORTEST = 0.36  # seconds: fewer could not be seen at 12 frames a second


@cache
def animal(kind: str, coat: str) -> Animal:
    """An animal, in the units of its files. Raises MissingExtraError."""
    found = KINDS[kind]
    looks = (*found.coats[coat], *found.looks)
    return load_animal(read, f"fauna/{found.actor}.xml", looks)


def scale(kind: str, coat: str) -> float:
    """Metres for each unit of the files."""
    return KINDS[kind].height / animal(kind, coat).height


def length(kind: str, coat: str) -> float:
    """From nose to tail as it stands at rest, metres."""
    body = animal(kind, coat).parts[0].geometry.positions
    return float(np.ptp(body[:, 1])) * scale(kind, coat)


def animation(kind: str, coat: str, action: str, number: int = 0) -> Animation:
    """The animation of "walk", "run", "idle" or "eat"."""
    if action == "eat":
        feeding = KINDS[kind].feeding
        assert feeding is not None, "only kinds that eat are asked to"
        action, number = feeding
    return animal(kind, coat).animations[action][number]


@cache
def gait(kind: str, coat: str, action: str) -> Gait:
    """The gait of "walk" or "run", in metres and seconds of a calm animal of its size."""
    found = gait_of(animal(kind, coat), animation(kind, coat, action))
    cycle = CYCLES[action] * np.sqrt(KINDS[kind].height) * KINDS[kind].slow
    return Gait(
        travel=found.travel * scale(kind, coat),
        seconds=max(float(cycle), SHORTEST),
        slide=found.slide,
    )
