"""Where people go and what they do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.actions import dancing, placed, standing, waving
from sorairo.world.lifelike.people.gaits import gaits
from sorairo.world.lifelike.people.performer import Act, Performer, performer
from sorairo.world.lifelike.people.retargeting import joints_of
from sorairo.world.lifelike.people.running import running
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


@dataclass(frozen=True, kw_only=True)
class PeopleMotion:
    """What the people of a scene do in F frames."""

    acts: tuple[Act, ...] = ()
    """Of each person."""
    joints: np.ndarray
    """The joints of each person, metres, [F, people, 31, 3]."""
    planted: np.ndarray
    """Whether each foot of each person stands on the ground, bool [F, people, 2]."""
    positions: dict[int, np.ndarray] = field(default_factory=dict)
    """Where things are that people move or use, by their number, [F, 3]."""
    rotations: dict[int, np.ndarray] = field(default_factory=dict)
    """How those things are turned, [F, 3, 3]."""


def people_motion(
    scene: Scene, times: np.ndarray, seconds: float, rng: np.random.Generator
) -> PeopleMotion:
    """The motion of everyone in a scene."""
    found = gaits()
    cast = []
    for person in scene.people:
        gait = found[int(rng.integers(len(found)))]
        if scene.event == "run":
            gait = running(gait, float(rng.uniform(0, 1)))
        cast.append(performer(person, gait, float(rng.uniform(0, 1))))
    if not cast:
        nobody = np.zeros((len(times), 0, 2), bool)
        return PeopleMotion(joints=np.zeros((len(times), 0, g.NUM_JOINTS, 3)), planted=nobody)
    if scene.event in WAYS:
        acts = [cast[0].walk(times, WAYS[scene.event](scene, seconds, cast[0], rng))]
    elif scene.event in ("meet", "pass"):
        act = _meet if scene.event == "meet" else _pass
        acts = [
            someone.walk(times, act(scene, seconds, someone, index))
            for index, someone in enumerate(cast)
        ]
    else:
        acts = [_on_the_spot(scene, times, cast[0], float(np.pi + rng.normal(0, 0.35)))]
    return done(cast, acts)


def done(cast: list[Performer], acts: list[Act]) -> PeopleMotion:
    """The motion of a cast of which each did one act."""
    rig = bodies.rig()
    pairs = zip(acts, cast, strict=True)
    joints = [joints_of(act.pose, someone.body, rig) for act, someone in pairs]
    planted = [np.stack([foot.planted for foot in act.feet], -1) for act in acts]
    return PeopleMotion(acts=tuple(acts), joints=np.stack(joints, 1), planted=np.stack(planted, 1))


def _on_the_spot(scene: Scene, times: np.ndarray, someone: Performer, facing: float) -> Act:
    move = {"wave": waving, "dance": dancing}.get(scene.event, standing)
    joints = move(times, someone.gait, someone.phase)
    frames = len(times)
    joints = placed(joints, np.zeros((frames, 2)), np.full(frames, facing))
    return someone.stand(times, joints, np.zeros(2), facing)


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


def _walk(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
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


def _stop(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
    """Up to about the origin."""
    facing = FACING[scene.heading] + float(rng.normal(0, 0.12))
    way = straight(someone, seconds, facing, stop=seconds * float(rng.uniform(0.5, 0.65)))
    return way.moved(-way.places[-1] + float(rng.uniform(-0.3, 0.2)) * ahead(facing))


def _turn(scene: Scene, seconds: float, someone: Performer, rng: np.random.Generator) -> Travel:
    """Almost to the origin and back, around a small bend."""
    facing = FACING[scene.heading]
    times = moments(seconds)
    middle = seconds * float(rng.uniform(0.45, 0.55))
    share = np.clip((times - middle) / CORNER + 0.5, 0, 1)
    turned = np.pi * share * share * (3 - 2 * share)
    # Round the side of the camera or the far one, at random.
    directions = facing + turned * (1 if rng.random() < 0.5 else -1)
    paces = 1 - (1 - SLOWEST) * np.sin(np.pi * share) ** 0.7
    way = travel(someone.gait, times, paces, directions, someone.phase)
    corner = way.places[int(np.argmin(np.abs(times - middle)))]
    return way.moved(-corner + 0.6 * ahead(facing))


def _meet(scene: Scene, seconds: float, someone: Performer, index: int) -> Travel:
    facing = FACING[scene.heading] + np.pi * index
    way = straight(someone, seconds, facing, stop=0.55 * seconds)
    return way.moved(-way.places[-1] - MEETING / 2 * ahead(facing))


def _pass(scene: Scene, seconds: float, someone: Performer, index: int) -> Travel:
    facing = FACING[scene.heading] + np.pi * index
    way = straight(someone, seconds, facing)
    right = np.array([np.cos(facing), -np.sin(facing)])
    return way.moved(GAP * right - someone.gait.speed * seconds / 2 * ahead(facing))


WAYS = {"walk": _walk, "run": _walk, "hide": _walk, "stop": _stop, "turn": _turn}
