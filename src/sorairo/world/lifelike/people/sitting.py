"""How people sit down: the hips go back and down to the seat, the trunk leans for balance."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.actions import eased
from sorairo.world.lifelike.people.appearance.skinning import Skin, weight_matrix
from sorairo.world.lifelike.people.arms import with_hands
from sorairo.world.lifelike.people.feet import Plant
from sorairo.world.lifelike.people.performer import Act, Performer
from sorairo.world.lifelike.people.retargeting import Pose

STOOP = np.radians(38.0)  # of the trunk, halfway down
_GUESS = 0.1  # metres from the bone of a thigh to the seat, before it is measured
_NEAR = 0.3  # metres from the hips: the part of the body that is on the seat


def sitting(
    someone: Performer,
    times: np.ndarray,
    joints: np.ndarray,
    plants: list[list[Plant]],
    share: np.ndarray,
    front: np.ndarray,
    seat: float,
) -> Act:
    """Sits down from the joints [F, 31, 3] of someone who stands.

    Args:
        plants: Of the left and the right foot.
        share: How far they have sat down, from 0 to 1, [F].
        front: Where they look, [2].
        seat: Its height, metres; its middle is at the origin.
    """
    height = seat + _GUESS
    for _ in range(3):  # the thighs slope with the height
        last = joints[-1:].copy()
        _lower(last, np.ones(1), front, height)
        pose = someone.act(times[-1:] + 100, last, plants).pose
        height += seat - underside(someone, pose, 0)
    _lower(joints, share, front, height)
    return _hands_on_thighs(someone.act(times, joints, plants), share, front, someone)


def thigh_length(someone: Performer) -> float:
    """From the hip to the knee, metres."""
    names = list(bodies.rig().names)
    hip, knee = (someone.body.heads[names.index(name)] for name in ("LeftUpLeg", "LeftLeg"))
    return float(np.linalg.norm(knee - hip))


def underside(someone: Performer, pose: Pose, frame: int) -> float:
    """The height of what someone sits on: the lowest part of the hips and thighs, metres."""
    rig, body = bodies.rig(), someone.body
    weights = weight_matrix(rig.bones, rig.weights, len(rig.names))
    skin = Skin(body.vertices, body.vertices, rig.faces, rig.uv, weights)
    points, _ = skin.posed(pose, frame, body.heads.astype(float))
    seated = [rig.names.index(name) for name in ("LeftUpLeg", "RightUpLeg", "Hips")]
    chosen = np.isin(np.asarray(weights.argmax(1)).reshape(-1), seated)
    chosen &= np.linalg.norm(points[:, :2] - pose.heads[frame, 0, :2], axis=1) < _NEAR
    return float(np.percentile(points[chosen, 2], 3))


def _lower(joints: np.ndarray, share: np.ndarray, front: np.ndarray, height: float) -> None:
    """Brings the hips to a height over the origin as the share [F] goes from 0 to 1, in place."""
    hips = (joints[:, g.LEFT_HIP] + joints[:, g.RIGHT_HIP]) / 2
    back = eased(share)[:, None]
    down = eased(np.clip(1.15 * share - 0.1, 0, 1))[:, None]
    shift = np.concatenate([-hips[:, :2] * back, (height - hips[:, 2:]) * down], -1)
    joints += shift[:, None]
    above = [joint for joint in range(g.NUM_JOINTS) if joint > g.RIGHT_TOES]
    root = joints[:, g.ROOT, None]
    lean = (STOOP * np.sin(np.pi * np.clip(share * 1.05, 0, 1)) ** 1.5)[:, None, None]
    axis = np.array([*front, 0.0])
    offset = joints[:, above] - root
    forward, up = (offset @ axis)[..., None], offset[..., 2:]
    rest = offset - forward * axis - up * np.array([0, 0, 1.0])
    joints[:, above] = (
        root
        + rest
        + (forward * np.cos(lean) + up * np.sin(lean)) * axis
        + (up * np.cos(lean) - forward * np.sin(lean)) * np.array([0, 0, 1.0])
    )


def _hands_on_thighs(act: Act, share: np.ndarray, front: np.ndarray, someone: Performer) -> Act:
    rig = bodies.rig()
    names = list(rig.names)
    goals, outward = np.zeros((len(share), 2, 3)), np.zeros((len(share), 2, 3))
    right = np.array([front[1], -front[0], 0.0])
    for index, (side, sign) in enumerate((("Left", -1.0), ("Right", 1.0))):
        hip = act.pose.heads[:, names.index(f"{side}UpLeg")]
        knee = act.pose.heads[:, names.index(f"{side}Leg")]
        goals[:, index] = hip + 0.62 * (knee - hip) + [0, 0, 0.11 * someone.scale]
        outward[:, index] = 0.5 * sign * right - 0.6 * np.array([*front, 0.0])
    rest = np.repeat(eased(np.clip(2 * share - 0.9, 0, 1))[:, None], 2, 1)
    pose = with_hands(act.pose, goals, rest, outward, someone.body, rig)
    return Act(pose, act.feet)
