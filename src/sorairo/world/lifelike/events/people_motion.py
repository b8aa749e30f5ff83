"""Where people go and what they do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.events.using_things import USES
from sorairo.world.lifelike.events.ways import WAYS, go_past, meet
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.actions import dancing, placed, standing, waving
from sorairo.world.lifelike.people.gaits import gaits
from sorairo.world.lifelike.people.performer import Act, Performer, performer
from sorairo.world.lifelike.people.retargeting import joints_of
from sorairo.world.lifelike.people.running import running
from sorairo.world.lifelike.scene import Scene


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
    door_angles: np.ndarray | None = None
    """How far a door is open, radians, [F]; None: there is no door, or nobody."""


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
    if scene.event in USES:
        use = USES[scene.event](scene, times, seconds, cast[0], rng)
        motion = done(cast, [use.act])
        return replace(
            motion,
            positions=use.positions,
            rotations=use.rotations,
            door_angles=use.door_angles,
        )
    if scene.event in WAYS:
        acts = [cast[0].walk(times, WAYS[scene.event](scene, seconds, cast[0], rng))]
    elif scene.event in ("meet", "pass"):
        way = meet if scene.event == "meet" else go_past
        acts = [
            someone.walk(times, way(scene, seconds, someone, index))
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
