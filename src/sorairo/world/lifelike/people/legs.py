"""Legs and arms that reach: two bones between a fixed joint and a goal (inverse kinematics)."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import about_z
from sorairo.world.lifelike.assets.bodies import Body, Rig
from sorairo.world.lifelike.people.feet import FootTrack
from sorairo.world.lifelike.people.retargeting import Pose, frames_of, unit

SIDES = ("Left", "Right")
FARTHEST = 0.995  # of the length of a stretched limb


def planted(pose: Pose, feet: tuple[FootTrack, FootTrack], body: Body, rig: Rig) -> Pose:
    """The pose with its feet where they should be; the hips sink as far as the legs are short."""
    names = list(rig.names)
    rotations, heads = pose.rotations.copy(), pose.heads.copy()
    drop = np.zeros(len(heads))
    for side, foot in zip(SIDES, feet, strict=True):
        upper, lower, end = (names.index(side + part) for part in ("UpLeg", "Leg", "Foot"))
        reach = FARTHEST * (_length(body, upper, lower) + _length(body, lower, end))
        across = np.linalg.norm(foot.ankles[:, :2] - heads[:, upper, :2], axis=-1)
        highest = foot.ankles[:, 2] + np.sqrt(np.maximum(reach**2 - across**2, 0.0))
        drop = np.minimum(drop, highest - heads[:, upper, 2])
    heads[..., 2] += drop[:, None]
    for side, foot in zip(SIDES, feet, strict=True):
        upper, lower, end = (names.index(side + part) for part in ("UpLeg", "Leg", "Foot"))
        hips = rotations[:, names.index("Hips")]
        forward = -hips[:, :, 1]  # bodies look to -y at rest
        toes = np.stack([np.sin(foot.yaws), np.cos(foot.yaws), np.zeros(len(heads))], -1)
        reach_to(rotations, heads, body, (upper, lower, end), foot.ankles, forward + toes)
        flat = about_z(np.pi - foot.yaws)
        rotations[:, end] = _pitched(foot.yaws, foot.pitches) @ flat
        toe = names.index(f"{side}ToeBase")
        rotations[:, toe] = _pitched(foot.yaws, foot.toes) @ flat
        heads[:, toe] = heads[:, end] + rotations[:, end] @ (body.heads[toe] - body.heads[end])
    return Pose(rotations, heads)


def reach_to(
    rotations: np.ndarray,
    heads: np.ndarray,
    body: Body,
    chain: tuple[int, int, int],
    goals: np.ndarray,
    poles: np.ndarray,
) -> None:
    """Turns a limb of two bones, in place, so that its end comes to `goals` [F, 3] as far as it
    reaches; its middle joint points along `poles` [F, 3]."""
    upper, lower, end = chain
    first, second = _length(body, upper, lower), _length(body, lower, end)
    start = heads[:, upper]
    across = goals - start
    distance = np.linalg.norm(across, axis=-1)
    distance = np.clip(distance, abs(first - second) + 1e-3, FARTHEST * (first + second))
    along = unit(across)
    side = unit(poles - along * (poles * along).sum(-1, keepdims=True))
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    middle = start + first * (cosine[:, None] * along + sine[:, None] * side)
    tip = start + along * distance[:, None]
    hinge = np.cross(along, side)  # the axis about which the limb bends
    rest = _limb_axis(body, chain)
    for bone, begin, finish in ((upper, start, middle), (lower, middle, tip)):
        bone_end = lower if bone == upper else end
        at_rest = frames_of(
            (body.heads[bone_end] - body.heads[bone])[None].astype(float), rest[None]
        )
        rotations[:, bone] = frames_of(finish - begin, hinge) @ np.swapaxes(at_rest, -1, -2)
    heads[:, lower], heads[:, end] = middle, tip


def _limb_axis(body: Body, chain: tuple[int, int, int]) -> np.ndarray:
    """The axis at rest about which a limb bends: of legs to the right, so that knees go ahead;
    of arms the one in which the elbow is bent already."""
    upper, lower, end = (body.heads[bone].astype(float) for bone in chain)
    if upper[2] < 0.65 * body.height:  # a leg
        return np.cross(lower - upper, [0.0, -1.0, 0.0])
    along = unit(end - upper)
    elbow = lower - upper
    return np.cross(along, elbow - along * (elbow @ along))


def _length(body: Body, first: int, second: int) -> float:
    return float(np.linalg.norm(body.heads[second] - body.heads[first]))


def _pitched(yaws: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """Rotations [F, 3, 3] that raise what points along the yaws."""
    ahead = np.stack([np.sin(yaws), np.cos(yaws), np.zeros_like(yaws)], -1)
    right = np.stack([np.cos(yaws), -np.sin(yaws), np.zeros_like(yaws)], -1)
    up = np.broadcast_to([0.0, 0.0, 1.0], ahead.shape)
    basis = np.stack([ahead, right, up], -1)
    cosine, sine = np.cos(pitches)[:, None], np.sin(pitches)[:, None]
    turned = np.stack([cosine * ahead + sine * up, right, cosine * up - sine * ahead], -1)
    return turned @ np.swapaxes(basis, -1, -2)
