"""A named thing that is pushed over: it rolls over the corners of its silhouette and loses speed at
each (the rocking block of Housner, "The behavior of inverted pendulum structures during
earthquakes", 1963)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull

from sorairo.world.filament.geometry import about_y, about_z
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.things import relief

GRAVITY = 9.81  # m/s^2
STEP = 1 / 960  # seconds
PUSH = 1.25  # of the speed that just tips it over
SLOWEST = 0.9  # radians a second: whoever pushes it follows until it lies
LYING = (70.0, 112.0)  # degrees from upright
# Those whose silhouettes lie still on either side.
TOPPLING = (
    *("dog", "horse", "rabbit", "duck", "elephant", "frog", "butterfly", "bus", "tree", "tulip"),
    *("sunflower", "apple", "strawberry", "hamburger", "doughnut", "sandwich", "log", "cake"),
    *("cup", "book", "present", "house", "snowman", "robot"),
)


@dataclass(frozen=True, eq=False)
class _Silhouette:
    """The outline of a thing as seen from the camera."""

    corners: np.ndarray
    """Of its convex hull, about its middle, metres, [N, 2] in x and z."""
    middle: np.ndarray
    """Its centre of mass at the start, [2]."""
    inertia: float
    """About its middle, divided by its mass, m^2."""


def toppling(
    scene: Scene, times: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Positions [F, 3] and rotations [F, 3, 3] of the first thing, which falls over."""
    thing = scene.things[0]
    turn = about_z(thing.turn)
    sign = 1.0 if scene.heading == "right" else -1.0
    shape = _silhouette_of(thing.kind, thing.turn, sign)
    rest = _resting(shape) or np.pi / 2
    angles, middles = _roll(shape, times, begins=float(rng.uniform(0.4, 0.8)), rest=rest)
    rotations = about_y(sign * angles) @ turn
    offset = about_y(angles) @ np.array([shape.middle[0], 0, shape.middle[1]])
    positions = np.zeros((len(times), 3))
    positions[:, 0] = thing.position[0] + sign * (middles[:, 0] - offset[:, 0])
    positions[:, 1] = thing.position[1]
    positions[:, 2] = middles[:, 1] - offset[:, 2]
    return positions, rotations


def _silhouette(vertices: np.ndarray) -> _Silhouette:
    """That of points [V, 3] that stand on z = 0."""
    flat = vertices[:, [0, 2]]
    hull = flat[ConvexHull(flat).vertices]  # counter-clockwise
    ahead = np.roll(hull, -1, axis=0)
    cross = hull[:, 0] * ahead[:, 1] - ahead[:, 0] * hull[:, 1]
    area = cross.sum() / 2
    middle = ((hull + ahead) * cross[:, None]).sum(0) / (6 * area)
    about = hull - middle
    ahead = np.roll(about, -1, axis=0)
    cross = about[:, 0] * ahead[:, 1] - ahead[:, 0] * about[:, 1]
    squares = (about**2 + about * ahead + ahead**2).sum(1)
    return _Silhouette(about, middle, float((cross * squares).sum() / (12 * area)))


def _silhouette_of(kind: str, turn: float, sign: float) -> _Silhouette:
    return _silhouette(relief(kind).geometry.positions @ about_z(turn).T * [sign, 1, 1])


def _resting(shape: _Silhouette) -> float | None:
    ends = np.roll(shape.corners, -1, axis=0)
    found = []
    for start, end in zip(shape.corners, ends, strict=True):
        angle = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
        left, right = _turned(start, angle)[0], _turned(end, angle)[0]
        if LYING[0] < np.degrees(angle) < LYING[1] and left < 0 < right:
            found.append((abs(angle - np.pi / 2), angle))
    return min(found)[1] if found else None


def _roll(
    shape: _Silhouette, times: np.ndarray, *, begins: float, rest: float
) -> tuple[np.ndarray, np.ndarray]:
    """The angle [F] and the middle [F, 2] of a silhouette that is pushed to the right."""
    base = np.flatnonzero(np.isclose(shape.corners[:, 1], shape.corners[:, 1].min(), atol=1e-3))
    pivot = int(base[shape.corners[base, 0].argmax()])
    place = float(shape.corners[pivot, 0] + shape.middle[0])  # of the pivot, on the ground
    reach = float(np.linalg.norm(shape.corners[pivot]))
    barrier = max(reach - float(shape.middle[1]), 0.0) + 0.004
    speed = PUSH * np.sqrt(2 * GRAVITY * barrier / (shape.inertia + reach**2))
    angle = moment = 0.0
    angles, middles = [], []
    for time in times:
        while moment < time - STEP / 2:
            moment += STEP
            if moment >= begins and angle < rest:
                angle, speed, pivot, place = _advance(shape, angle, speed, pivot, place)
                angle = min(angle, rest)
        arms = _turned(shape.corners, angle)
        angles.append(angle)
        middles.append((place - arms[pivot, 0], -arms[:, 1].min()))
    return np.array(angles), np.array(middles)


def _advance(
    shape: _Silhouette, angle: float, speed: float, pivot: int, place: float
) -> tuple[float, float, int, float]:
    """One step about a corner, and on to the next corner when that reaches the ground."""
    arm = _turned(shape.corners[pivot], angle)
    speed -= GRAVITY * arm[0] / (shape.inertia + arm @ arm) * STEP
    angle += max(speed, SLOWEST) * STEP
    turned = _turned(shape.corners, angle)
    lowest = int(turned[:, 1].argmin())
    if lowest == pivot:
        return angle, speed, pivot, place
    old, new = turned[pivot], turned[lowest]
    kept = (shape.inertia + old @ new) / (shape.inertia + new @ new)
    return angle, max(speed, SLOWEST) * kept, lowest, place + float(new[0] - old[0])


def _turned(corners: np.ndarray, angle: float) -> np.ndarray:
    """Corners [..., 2] in x and z after a turn that takes z to x."""
    cosine, sine = np.cos(angle), np.sin(angle)
    x, z = corners[..., 0], corners[..., 1]
    return np.stack([cosine * x + sine * z, cosine * z - sine * x], -1)
