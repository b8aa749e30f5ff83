"""Someone who takes part in a scene: their body, their gait, and their pose frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people.actions import walking
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.people.feet import (
    NARROWEST,
    FootTrack,
    Plant,
    foot_shape,
    standing,
    track,
    walked,
)
from sorairo.world.lifelike.people.gaits import Gait
from sorairo.world.lifelike.people.legs import SIDES, planted
from sorairo.world.lifelike.people.retargeting import Pose, retarget
from sorairo.world.lifelike.people.travel import Travel

APART = 0.095  # metres from the middle to a foot of someone who stands, of a person of 1.7 m


@dataclass(frozen=True, eq=False)
class Act:
    """What someone did."""

    pose: Pose
    """Of the body."""
    feet: tuple[FootTrack, FootTrack]
    """Of the left and the right foot."""


@dataclass(frozen=True, eq=False)
class Performer:
    """A body and how it walks."""

    body: bodies.Body
    """Its mesh."""
    gait: Gait
    """Of its size."""
    phase: float
    """Where in its cycle it is at the time 0, in cycles."""

    @property
    def scale(self) -> float:
        """The height as a multiple of 1.7 m."""
        return self.body.height / 1.7

    def walk(self, times: np.ndarray, way: Travel) -> Act:
        """Goes a way."""
        joints = walking(times, self.gait, way, self.phase)
        return self.act(times, joints, self.steps(way))

    def stand(
        self, times: np.ndarray, joints: np.ndarray, place: np.ndarray, direction: float
    ) -> Act:
        """Moves like the joints [F, 31, 3] with the feet at one place [2]."""
        return self.act(times, joints, self.stance(place, direction))

    def steps(self, way: Travel) -> list[list[Plant]]:
        """Where the left and the right foot stand on a way."""
        return [walked(way, self.gait, side, NARROWEST * self.scale) for side in (0, 1)]

    def stance(self, place: np.ndarray, direction: float) -> list[list[Plant]]:
        """Both feet at one place [2]."""
        return [standing(place, direction, side, APART * self.scale) for side in (0, 1)]

    def act(self, times: np.ndarray, joints: np.ndarray, plants: list[list[Plant]]) -> Act:
        """Moves like the joints, with the left and the right foot where they are planted."""
        rig = bodies.rig()
        tracks = []
        for side, foot in enumerate(self.gait.feet):
            shape = foot_shape(self.body, rig, SIDES[side])
            stance = foot.share * self.gait.seconds
            tracks.append(track(plants[side], times, foot, shape, stance))
        feet = (tracks[0], tracks[1])
        return Act(planted(retarget(joints, self.body, rig), feet, self.body, rig), feet)


def performer(person: Person, gait: Gait, phase: float) -> Performer:
    """A person who walks with a recorded gait, made to their size."""
    number = bodies.key(person.sex, person.age, person.build, person.variant)
    body, rig = bodies.body(number), bodies.rig()
    hips = float(body.heads[list(rig.names).index("Hips"), 2])
    return Performer(body, gait.scaled(hips / gait.hip_height), phase)
