"""The ways that people go in the events of a scene."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.people.actions import eased
from sorairo.world.lifelike.people.performer import Performer
from sorairo.world.lifelike.people.travel import (
    Travel,
    moments,
    stepping_to_rest,
    stopping,
    travel,
)
from sorairo.world.lifelike.scene import Scene

FACING = {"left": -np.pi / 2, "right": np.pi / 2, "towards": np.pi, "away": 0.0}
GAP = 0.55  # metres between someone's path and the middle, when two people pass
MEETING = 0.95  # metres between two people who meet
HALFWAY = 2.4  # metres from where a walker starts to the origin, at most
NEAREST = 1.2  # metres from the origin towards the camera, of runners
CORNER = 2.0  # seconds for turning around
SLOWEST = 0.4  # of the pace, in the middle of turning around


def straight(
    someone: Performer,
    seconds: float,
    facing: float,
    *,
    stop: float | None = None,
    pace: float = 1.0,
) -> Travel:
    """A straight way from the origin in the direction `facing`, which ends at the time `stop`."""
    times = moments(seconds)
    paces = np.full(len(times), pace) if stop is None else pace * stopping(times, stop)
    way = travel(someone.gait, times, paces, np.full(len(times), facing), someone.phase)
    return way if stop is None else stepping_to_rest(way, someone.gait, int(someone.phase < 0.5))


def ahead(facing: float) -> np.ndarray:
    """The unit vector [2] of a direction."""
    return np.array([np.sin(facing), np.cos(facing)])


def walk(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
    """Across the middle of the clip's length, through the origin."""
    slant = float(rng.normal(0, 0.12)) if scene.event in ("walk", "run") else 0.0
    facing = FACING[scene.heading] + slant
    way = straight(someone, seconds, facing)
    halfway = someone.gait.speed * seconds / 2
    if scene.event == "walk":
        halfway = min(halfway, HALFWAY)
    elif scene.event == "run" and scene.heading == "towards":
        halfway = 2 * halfway - NEAREST  # stops short of the camera
    elif scene.event == "run" and scene.heading == "away":
        halfway = NEAREST
    return way.moved(-halfway * ahead(facing))


def stop(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
    """Up to about the origin."""
    facing = FACING[scene.heading] + float(rng.normal(0, 0.12))
    way = straight(someone, seconds, facing, stop=seconds * float(rng.uniform(0.5, 0.65)))
    return way.moved(-way.places[-1] + float(rng.uniform(-0.3, 0.2)) * ahead(facing))


def turn(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
    """Almost to the origin and back, around a small bend."""
    facing = FACING[scene.heading]
    times = moments(seconds)
    middle = seconds * float(rng.uniform(0.45, 0.55))
    share = np.clip((times - middle) / CORNER + 0.5, 0, 1)
    turned = np.pi * eased(share)
    # Round the side of the camera or the far one, at random.
    directions = facing + turned * (1 if rng.random() < 0.5 else -1)
    paces = 1 - (1 - SLOWEST) * np.sin(np.pi * share) ** 0.7
    way = travel(someone.gait, times, paces, directions, someone.phase)
    corner = way.places[int(np.argmin(np.abs(times - middle)))]
    return way.moved(-corner + 0.6 * ahead(facing))


def meet(scene: Scene, seconds: float, someone: Performer, index: int) -> Travel:
    facing = FACING[scene.heading] + np.pi * index
    way = straight(someone, seconds, facing, stop=0.55 * seconds)
    return way.moved(-way.places[-1] - MEETING / 2 * ahead(facing))


def go_past(scene: Scene, seconds: float, someone: Performer, index: int) -> Travel:
    facing = FACING[scene.heading] + np.pi * index
    way = straight(someone, seconds, facing)
    right = np.array([np.cos(facing), -np.sin(facing)])
    return way.moved(GAP * right - someone.gait.speed * seconds / 2 * ahead(facing))


WAYS = {"walk": walk, "run": walk, "hide": walk, "stop": stop, "turn": turn}
