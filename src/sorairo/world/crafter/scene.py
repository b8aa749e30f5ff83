"""A scene of Crafter: where a game begins, and who plays it. Loads no simulator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from sorairo.config import from_json, to_json
from sorairo.world.crafter.language.lexicon import ACTIVITIES, PLACES, TIMES


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """The part of the world that scenes are drawn from. The default is all of it."""

    NAMES: ClassVar[Mapping[str, Collection[str]]] = {
        "times": TIMES,
        "places": PLACES,
        "activities": ACTIVITIES,
    }

    times: tuple[str, ...] = tuple(TIMES)
    """Times of the day at which games begin."""
    places: tuple[str, ...] = tuple(PLACES)
    """Where they begin."""
    activities: tuple[str, ...] = tuple(ACTIVITIES)
    """What the player does: names of policies."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A game: its beginning, and the policy that plays it. Equal scenes give equal pixels."""

    seed: int
    """The seed of the world and of all that is random in it."""
    time: str
    """The time of the day: one of `lexicon.TIMES`."""
    place: str
    """Where it begins: one of `lexicon.PLACES`."""
    activity: str
    """What the player does: one of `lexicon.ACTIVITIES`."""

    def to_json(self) -> dict[str, object]:
        """The scene as JSON values."""
        return to_json(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The scene that `to_json` gave the record for."""
        return from_json(cls, record)


def sample_scene(rng: np.random.Generator, part: SceneConfig) -> Scene:
    """A scene drawn from a part of the world."""
    return Scene(
        seed=int(rng.integers(2**31)),
        time=str(rng.choice(part.times)),
        place=str(rng.choice(part.places)),
        activity=str(rng.choice(part.activities)),
    )
