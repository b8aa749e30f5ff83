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
# The bones that begin at the joints of a recording; the last of a chain stands for its end, too.
JOINTS = (
    *("Hips", "LeftUpLeg", "LeftLeg", "LeftFoot", "LeftToeBase"),
    *("Hips", "RightUpLeg", "RightLeg", "RightFoot", "RightToeBase"),
    *("Hips", "Spine", "Spine1", "Neck", "Neck1", "Head", "Head"),
    *("LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand", "LeftFingerBase"),
    *("LeftHandFinger1", "LThumb"),
    *("RightShoulder", "RightArm", "RightForeArm", "RightHand", "RightFingerBase"),
    *("RightHandFinger1", "RThumb"),
)


@dataclass(frozen=True, eq=False)
class Pose:
    """The bones of a body over time."""

    rotations: np.ndarray
    """From the rest pose, float [F, B, 3, 3]."""
    heads: np.ndarray
    """Where the bones begin, metres, float [F, B, 3]."""


def retarget(joints: np.ndarray, body: Body, rig: Rig) -> Pose:
    """Poses a body like the joints [F, 31, 3] of someone of its size (see `Gait.scaled`); `legs`
    then puts the feet on the ground."""
    names = list(rig.names)
    frames = len(joints)
    rotations = np.tile(np.eye(3), (frames, len(names), 1, 1))
    heads = np.zeros((frames, len(names), 3))
    hips = frames_of(
        joints[:, g.LEFT_HIP] - joints[:, g.RIGHT_HIP], joints[:, g.THORAX] - joints[:, g.ROOT]
    )
    rest = _rest_frame(body, names)
    for bone, name in enumerate(names):
        parent = int(rig.parents[bone])
        if parent < 0:
            rotations[:, bone] = hips @ rest.T
            heads[:, bone] = joints[:, g.ROOT]
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
    return Pose(rotations, heads)


def joints_of(pose: Pose, body: Body, rig: Rig) -> np.ndarray:
    """Where the joints of a recording are on a posed body, metres, [F, 31, 3]."""
    names = list(rig.names)
    found = np.empty((len(pose.heads), g.NUM_JOINTS, 3))
    for joint, name in enumerate(JOINTS):
        found[:, joint] = pose.heads[:, names.index(name)]
    head = names.index("Head")
    top = body.tails[head].astype(float) - body.heads[head]
    found[:, g.HEAD] = pose.heads[:, head] + pose.rotations[:, head] @ top
    return found


def _bone_direction(body: Body, rig: Rig, bone: int) -> np.ndarray:
    """The direction of a bone at rest: to its first child, or to its end."""
    children = np.flatnonzero(rig.parents == bone)
    end = body.heads[children[0]] if len(children) else body.tails[bone]
    return end - body.heads[bone]


def _rest_frame(body: Body, names: list[str]) -> np.ndarray:
    across = body.heads[names.index("LeftUpLeg")] - body.heads[names.index("RightUpLeg")]
    up = body.heads[names.index("Spine1")] - body.heads[names.index("LowerBack")]
    return frames_of(across[None], up[None])[0]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors [..., 3] of length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def frames_of(along: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Rotations [F, 3, 3] whose first column is `along` and whose third is nearest to `near`."""
    first = unit(along)
    third = unit(near - first * (first * near).sum(-1, keepdims=True))
    return np.stack([first, np.cross(third, first), third], -1)


def _swings(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The smallest rotations [F, 3, 3] from directions to directions."""
    before, after = unit(before), unit(after)
    axis = np.cross(before, after)
    cosine = (before * after).sum(-1)[:, None, None]
    zero = np.zeros(len(axis))
    x, y, z = axis.T
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(-1, 3, 3)
    return np.eye(3) + cross + cross @ cross / (1 + cosine + 1e-9)


def _upright(rotations: np.ndarray) -> np.ndarray:
    """Heads that look ahead: turned as the neck, but half as far out of the vertical."""
    up = rotations[:, :, 2]
    halfway = unit(up + np.array([0.0, 0.0, 1.0]))
    return _swings(up, halfway) @ rotations
