"""What people do: the joints of a walker, and of someone who stands, waves or dances.

Times are in seconds; joints are relative to the person's place on the ground, facing +y.
"""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.gaits import Gait
from sorairo.world.lifelike.people.travel import Travel


def standing(times: np.ndarray, gait: Gait, phase: float) -> np.ndarray:
    """Someone who shifts their weight a little, [F, 31, 3]."""
    joints = np.repeat(_neutral(gait)[None], len(times), axis=0)
    sway = 0.012 * np.sin(2 * np.pi * (times / 4.1 + phase))
    breath = 0.004 * np.sin(2 * np.pi * (times / 3.3 + phase))
    upper = _above_hips()
    height = joints[:, :, 2] / joints[:, g.HEAD, 2][:, None]
    joints[..., 0] += sway[:, None] * np.clip(height, 0, 1)
    joints[:, upper, 1] += breath[:, None]
    return joints


def waving(times: np.ndarray, gait: Gait, phase: float) -> np.ndarray:
    """Someone who raises the right hand and waves, [F, 31, 3]."""
    joints = standing(times, gait, phase)
    raised = eased(times / 0.7)
    swing = np.sin(2 * np.pi * (times * 1.6 + phase)) * raised
    _move_arm(joints, "right", raised, np.array([0.24, 0.06, 0.04]), np.array([0.06, 0.05, 0.24]))
    for joint in (g.RIGHT_WRIST, g.RIGHT_HAND, g.RIGHT_FINGERS):
        reach = joints[:, joint, 2] - joints[:, g.RIGHT_ELBOW, 2]
        joints[:, joint, 0] += 0.5 * swing * np.maximum(reach, 0)
    return joints


def dancing(times: np.ndarray, gait: Gait, phase: float) -> np.ndarray:
    """Someone who dances on the spot, [F, 31, 3]."""
    joints = standing(times, gait, phase)
    beat = 2 * np.pi * (times * 0.95 + phase)
    height = np.clip(joints[:, :, 2] / 1.0, 0, 1)
    joints[..., 0] += 0.09 * np.sin(beat)[:, None] * height
    joints[..., 2] -= (0.05 * (1 - np.cos(2 * beat)) / 2)[:, None] * height
    for side, sign in (("left", -1.0), ("right", 1.0)):
        lift = 0.5 + 0.5 * np.sin(beat + (0 if sign > 0 else np.pi))
        elbow = np.array([0.22 * sign, 0.12, -0.14])
        wrist = np.array([0.02 * sign, 0.16, 0.16])
        _move_arm(joints, side, 0.45 + 0.55 * lift, elbow, wrist)
        ankle = g.RIGHT_ANKLE if sign > 0 else g.LEFT_ANKLE
        toes, knee = ankle + 1, ankle - 1
        step = np.maximum(0, np.sin(beat + (0 if sign > 0 else np.pi)))
        joints[:, [ankle, toes], 2] += 0.13 * step[:, None]
        joints[:, knee, 1] += 0.10 * step
        joints[:, knee, 2] += 0.05 * step
    return joints


def walking(times: np.ndarray, gait: Gait, way: Travel, phase: float) -> np.ndarray:
    """Someone on a way, who stands where they do not go; in the world, [F, 31, 3]."""
    share = eased(1.6 * way.at(times, way.pace))[:, None, None]
    walked = gait.at(way.at(times, way.phases))
    joints = walked * share + standing(times, gait, phase) * (1 - share)
    return placed(joints, way.at(times, way.places), way.at(times, way.directions))


def placed(joints: np.ndarray, positions: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Joints [F, 31, 3] at places [F, 2], facing the angles [F] from +y to the right."""
    cosine, sine = np.cos(directions)[:, None], np.sin(directions)[:, None]
    x, y, z = np.moveaxis(joints, -1, 0)
    turned = np.stack([cosine * x + sine * y, cosine * y - sine * x, z], -1)
    turned[..., :2] += positions[:, None]
    return turned


def _neutral(gait: Gait) -> np.ndarray:
    """The mean of a walk: someone who stands with hanging arms, [31, 3]."""
    joints = ((gait.joints + g.mirror_image(gait.joints)) / 2).mean(0)  # as broad to both sides
    lift = 0.06
    joints[[g.LEFT_TOES, g.RIGHT_TOES], 2] = np.minimum(
        joints[[g.LEFT_TOES, g.RIGHT_TOES], 2], joints[[g.LEFT_ANKLE, g.RIGHT_ANKLE], 2] - lift
    )
    for ankle, knee, hip in ((3, 2, 1), (8, 7, 6)):
        joints[knee, 1] = (joints[hip, 1] + joints[ankle, 1]) / 2 + 0.015
    return joints


def _above_hips() -> list[int]:
    return [joint for joint in range(g.NUM_JOINTS) if joint > g.RIGHT_TOES + 1]


def eased(share: np.ndarray) -> np.ndarray:
    """From 0 to 1 without a jerk (smoothstep)."""
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def _move_arm(
    joints: np.ndarray, side: str, share: np.ndarray, elbow: np.ndarray, wrist: np.ndarray
) -> None:
    """Moves an arm by `share` [F] of the way to where the elbow is at an offset from the shoulder,
    and the wrist at an offset from the elbow."""
    shoulder = g.RIGHT_SHOULDER if side == "right" else g.LEFT_SHOULDER
    share = np.broadcast_to(np.asarray(share, float), (len(joints),))[:, None]
    from_elbow = joints[:, shoulder + 2 : shoulder + 6] - joints[:, shoulder + 1, None]
    joints[:, shoulder + 1] += share * (joints[:, shoulder] + elbow - joints[:, shoulder + 1])
    forearm = np.linalg.norm(wrist)
    for index, joint in enumerate(range(shoulder + 2, shoulder + 6)):
        longer = np.linalg.norm(from_elbow[:, index], axis=-1, keepdims=True)
        raised = wrist / forearm * longer
        joints[:, joint] = (
            joints[:, shoulder + 1] + from_elbow[:, index] * (1 - share) + raised * share
        )
