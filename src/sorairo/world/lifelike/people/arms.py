"""Arms that hold, push and rest: hands at given places."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.assets.bodies import Body, Rig
from sorairo.world.lifelike.people.legs import SIDES, reach_to
from sorairo.world.lifelike.people.retargeting import Pose


def hands(pose: Pose, body: Body, rig: Rig) -> np.ndarray:
    """The wrists of a pose, metres, [F, left and right, 3]."""
    names = list(rig.names)
    return np.stack([pose.heads[:, names.index(f"{side}Hand")] for side in SIDES], 1)


def with_hands(
    pose: Pose,
    goals: np.ndarray,
    blends: np.ndarray,
    outward: np.ndarray,
    body: Body,
    rig: Rig,
) -> Pose:
    """The pose with its wrists moved towards `goals` [F, 2, 3] by a share from 0 to 1, [F, 2]; the
    elbows point down and along `outward` [F, 2, 3]."""
    names = list(rig.names)
    rotations, heads = pose.rotations.copy(), pose.heads.copy()
    for index, side in enumerate(SIDES):
        chosen = np.flatnonzero(blends[:, index] > 0)
        if not len(chosen):
            continue
        chain = tuple(names.index(side + part) for part in ("Arm", "ForeArm", "Hand"))
        here, turned = heads[chosen].copy(), rotations[chosen].copy()
        share = blends[chosen, index, None]
        goal = here[:, chain[2]] * (1 - share) + goals[chosen, index] * share
        bend = here[:, chain[1]] - (here[:, chain[0]] + here[:, chain[2]]) / 2
        bend /= np.maximum(np.linalg.norm(bend, axis=-1, keepdims=True), 1e-9)
        down = np.array([0.0, 0.0, -1.0]) + outward[chosen, index]
        pole = bend * (1 - share) + down * share
        reach_to(turned, here, body, (chain[0], chain[1], chain[2]), goal, pole)
        _carry_along(turned, here, chain[2], chain[1], body, rig)
        heads[chosen], rotations[chosen] = here, turned
    return Pose(rotations, heads)


def _carry_along(
    rotations: np.ndarray, heads: np.ndarray, hand: int, forearm: int, body: Body, rig: Rig
) -> None:
    """The hand and its fingers in line with the forearm, in place."""
    rotations[:, hand] = rotations[:, forearm]
    moved = {hand}
    for bone, parent in enumerate(rig.parents):
        if int(parent) in moved:
            moved.add(bone)
            rotations[:, bone] = rotations[:, hand]
            offset = (body.heads[bone] - body.heads[parent]).astype(float)
            heads[:, bone] = heads[:, parent] + rotations[:, parent] @ offset
