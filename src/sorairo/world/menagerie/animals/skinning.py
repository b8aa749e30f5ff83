"""Where the vertices of an animal are when its bones move (linear blend skinning)."""

from __future__ import annotations

import numpy as np

from sorairo.world.menagerie.animals.model import Animal, Part
from sorairo.world.menagerie.assets.formats import Animation, Bones


def pose_at(animation: Animation, time: float) -> Bones:
    """The bones [B, ...] at a time in seconds; the animation repeats."""
    count = len(animation.bones.places)
    position = (time / animation.interval) % count
    before = int(position) % count
    after, share = (before + 1) % count, position - int(position)
    places = _between(animation.bones.places, before, after, share)
    turns = _between(animation.bones.turns, before, after, share)
    left, _, right = np.linalg.svd(turns)
    return Bones(places, left @ right)


def _between(values: np.ndarray, before: int, after: int, share: float) -> np.ndarray:
    return values[before] * (1 - share) + values[after] * share


def posed(animal: Animal, part: Part, pose: Bones) -> tuple[np.ndarray, np.ndarray]:
    """Positions and unit normals [V, 3] of a part of an animal."""
    geometry = part.geometry
    if part.point is not None:
        turn, place = part.point.turn, part.point.place
        if part.point.bone >= 0:
            carrier = pose.turns[part.point.bone]
            place = carrier @ place + pose.places[part.point.bone]
            turn = carrier @ turn
        return geometry.positions @ turn.T + place, geometry.normals @ turn.T
    turns = pose.turns @ animal.rest.turns.transpose(0, 2, 1)
    shifts = pose.places - np.einsum("bij,bj->bi", turns, animal.rest.places)
    moves = np.concatenate([turns.reshape(-1, 9), shifts], 1)
    moves = np.concatenate([moves, [[*np.eye(3).reshape(9), 0, 0, 0]]])
    blended = part.weights @ moves
    turn = blended[:, :9].reshape(-1, 3, 3)
    positions = np.einsum("vij,vj->vi", turn, geometry.positions) + blended[:, 9:]
    normals = np.einsum("vij,vj->vi", turn, geometry.normals)
    return positions, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def blended(poses: list[tuple[float, Bones]]) -> Bones:
    """Several poses as one, by their shares, which add up to 1."""
    if len(poses) == 1:
        return poses[0][1]
    places = sum(share * pose.places for share, pose in poses)
    left, _, right = np.linalg.svd(sum(share * pose.turns for share, pose in poses))
    return Bones(np.asarray(places), left @ right)
