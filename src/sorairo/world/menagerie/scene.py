"""A scene of the menagerie as a value: a place, animals, what they do, and a camera.

Lengths are in metres, times in seconds. The camera starts on the negative y axis and looks along y;
x points right, z up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sorairo.world.menagerie.kinds import KINDS

EVENTS = (
    "walk",  # all walk in one direction
    "run",  # all run in one direction
    "stand",  # all stand
    "eat",  # all eat from the ground
    "stop",  # the first walks and stops
    "leave",  # the first stands and walks away
    "pass",  # the first walks past the second, which comes from the other side
    "follow",  # the second walks behind the first
    "chase",  # the first runs after the second
)
HEADINGS = ("left", "right", "towards", "away")
CAMERAS = ("still", "orbit_left", "orbit_right", "push_in", "pull_back", "follow", "hand_held")


@dataclass(frozen=True, kw_only=True)
class Creature:
    """An animal."""

    kind: str
    """A key of `kinds.KINDS`."""
    coat: str = ""
    """A key of its kind's coats."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything needed to simulate and render a clip."""

    place: str
    """A key of `places.PLACES`."""
    ground: str
    """A key of `places.GROUNDS`."""
    event: str
    """One of EVENTS."""
    animals: tuple[Creature, ...]
    """One to three; those of the event first."""
    heading: str
    """Where the first animal goes or looks, one of HEADINGS, as the camera sees it."""
    weather: str = "clear"
    """"clear", "fog", "rain" or "snowfall"."""
    camera: str = "still"
    """One of CAMERAS."""
    turn: int = 0
    """By how many of its 512 columns the panorama is turned."""
    seed: int = 0
    """Decides what no caption says: exact places, speeds and moments."""

    def to_json(self) -> dict[str, object]:
        """The scene as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Scene:
        """The scene that `to_json` gave the record for."""
        animals = tuple(Creature(**animal) for animal in record["animals"])
        return cls(**{**record, "animals": animals})


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """The part of the world that scenes are drawn from. A value listed twice is twice as likely."""

    NAMES: ClassVar[Mapping[str, Collection[str]]] = {
        "kinds": KINDS,
        "events": EVENTS,
        "cameras": CAMERAS,
    }

    kinds: tuple[str, ...] = ()
    """Kinds of the first animal; empty: all."""
    events: tuple[str, ...] = ("walk", "walk", "walk", "run", "run", *EVENTS[2:])
    cameras: tuple[str, ...] = (*("still",) * 4, *CAMERAS[1:], "follow", "follow")
