"""From the joints of a recording to the bones of a body.

Each bone of the body takes the direction of the same bone of the recording; twists follow from the
parent. The hips and the chest are aligned by their width as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.assets.bodies import Body, Rig
from sorairo.world.lifelike.people import gaits as g

# The joints between which the bones of the body lie in the recording.
DIRECTIONS = {
    "LeftUpLeg": (g.LEFT_HIP, g.LEFT_KNEE),
    "LeftLeg": (g.LEFT_KNEE, g.LEFT_ANKLE),
    "LeftFoot": (g.LEFT_ANKLE, g.LEFT_TOES),
    "RightUpLeg": (g.RIGHT_HIP, g.RIGHT_KNEE),
    "RightLeg": (g.RIGHT_KNEE, g.RIGHT_ANKLE),
    "RightFoot": (g.RIGHT_ANKLE, g.RIGHT_TOES),
    "LowerBack": (g.ROOT, g.LOWER_BACK),
    "Spine": (g.LOWER_BACK, g.UPPER_BACK),
    "Spine1": (g.UPPER_BACK, g.THORAX),
    "Neck": (g.THORAX, g.LOWER_NECK),
    "Neck1": (g.LOWER_NECK, g.UPPER_NECK),
    "LeftArm": (g.LEFT_SHOULDER, g.LEFT_ELBOW),
    "LeftForeArm": (g.LEFT_ELBOW, g.LEFT_WRIST),
    "LeftHand": (g.LEFT_WRIST, g.LEFT_HAND),
    "RightArm": (g.RIGHT_SHOULDER, g.RIGHT_ELBOW),
    "RightForeArm": (g.RIGHT_ELBOW, g.RIGHT_WRIST),
    "RightHand": (g.RIGHT_WRIST, g.RIGHT_HAND),
}
NEUTRAL_HEAD = np.array([0.0, 0.25, 1.0])  # where heads point in walking, before the pitch of each


@dataclass(frozen=True, eq=False)
class Pose:
    """The bones of a body over time."""

    rotations: np.ndarray
    """From the rest pose, float [F, B, 3, 3]."""
    heads: np.ndarray
    """Where the bones begin, metres, float [F, B, 3]."""


def retarget(joints: np.ndarray, body: Body, rig: Rig) -> Pose:
    """Poses a body like the joints [F, 31, 3] of a walker on the ground z = 0 who faces +y."""
    names = list(rig.names)
    frames = len(joints)
    rotations = np.tile(np.eye(3), (frames, len(names), 1, 1))
    heads = np.zeros((frames, len(names), 3))
    scale = float(body.heads[names.index("Hips"), 2]) / _hip_height(joints)
    hips = _frames(
        joints[:, g.LEFT_HIP] - joints[:, g.RIGHT_HIP], joints[:, g.THORAX] - joints[:, g.ROOT]
    )
    rest = _rest_frame(body, names)
    for bone, name in enumerate(names):
        parent = int(rig.parents[bone])
        if parent < 0:
            rotations[:, bone] = hips @ rest.T
            heads[:, bone] = joints[:, g.ROOT] * scale
            continue
        inherited = rotations[:, parent]
        offset = body.heads[bone] - body.heads[parent]
        heads[:, bone] = heads[:, parent] + inherited @ offset
        rotations[:, bone] = inherited
        if name in DIRECTIONS:
            start, end = DIRECTIONS[name]
            along = _bone_direction(body, rig, bone)
            rotations[:, bone] = (
                _swings(inherited @ along, joints[:, end] - joints[:, start]) @ inherited
            )
        elif name == "Head":
            rotations[:, bone] = _upright(inherited)
    lowest = _lowest_foot(rotations, heads, body, names)
    heads[..., 2] -= lowest[:, None]
    return Pose(rotations, heads)


def _hip_height(joints: np.ndarray) -> float:
    return float(np.percentile(joints[:, g.ROOT, 2], 90))


def _bone_direction(body: Body, rig: Rig, bone: int) -> np.ndarray:
    """The direction of a bone at rest: to its first child, or to its end."""
    children = np.flatnonzero(rig.parents == bone)
    end = body.heads[children[0]] if len(children) else body.tails[bone]
    return end - body.heads[bone]


def _rest_frame(body: Body, names: list[str]) -> np.ndarray:
    across = body.heads[names.index("LeftUpLeg")] - body.heads[names.index("RightUpLeg")]
    up = body.heads[names.index("Spine1")] - body.heads[names.index("LowerBack")]
    return _frames(across[None], up[None])[0]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _frames(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rotations [F, 3, 3] whose first column is `across` and whose third is nearest to `up`."""
    first = _unit(across)
    third = _unit(up - first * (first * up).sum(-1, keepdims=True))
    return np.stack([first, np.cross(third, first), third], -1)


def _swings(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The smallest rotations [F, 3, 3] from directions to directions."""
    before, after = _unit(before), _unit(after)
    axis = np.cross(before, after)
    cosine = (before * after).sum(-1)[:, None, None]
    zero = np.zeros(len(axis))
    x, y, z = axis.T
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(-1, 3, 3)
    return np.eye(3) + cross + cross @ cross / (1 + cosine + 1e-9)


def _upright(rotations: np.ndarray) -> np.ndarray:
    """Heads that look ahead: turned as the neck, but half as far out of the vertical."""
    up = rotations[:, :, 2]
    halfway = _unit(up + np.array([0.0, 0.0, 1.0]))
    return _swings(up, halfway) @ rotations


def _lowest_foot(
    rotations: np.ndarray, heads: np.ndarray, body: Body, names: list[str]
) -> np.ndarray:
    """The height of the lower sole, [F]."""
    soles = []
    for name in ("LeftFoot", "RightFoot", "LeftToeBase", "RightToeBase"):
        bone = names.index(name)
        ground = body.heads[bone] * [1, 1, 0]
        soles.append((heads[:, bone] + rotations[:, bone] @ (ground - body.heads[bone]))[:, 2])
    return np.min(soles, axis=0)
