"""What a picture must show, and how far away a camera stands so that it does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.events import rigid_motion
from sorairo.world.lifelike.events.props import DOOR, DOORWAY
from sorairo.world.lifelike.events.rigid_motion import DROP_RADIUS, TRACK_RADIUS, WALL
from sorairo.world.lifelike.matter.registry import MATTER
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES

FIELD = 38.0  # the vertical angle of view of a square picture, degrees
SLOPE = float(np.tan(np.radians(FIELD / 2)))
# The share of half a square picture that what matters may fill. Other pictures show an eighth less
# across their short side.
SAFE = 0.81
ABOVE_HEAD = 0.16  # metres from the last joint to the top of the hair
AROUND = 0.10  # metres of flesh and clothes around joints
SMALLEST = 0.5  # of a square picture's height: the first person
LARGEST_THING = 0.55  # of a square picture's height: things alone
UPPER = (*range(g.LOWER_BACK, g.NUM_JOINTS),)  # joints above the hips
SIZES = {"wall": WALL, "door": DOOR, "doorway": DOORWAY}  # metres
OTHER_SIZE = (0.5, 0.5, 0.8)  # metres: things whose size is not known here


@dataclass(frozen=True, eq=False)
class Subject:
    """What a camera films."""

    outline: np.ndarray
    """Points around all that must be seen, metres, [F, N, 3]."""
    upper: np.ndarray
    """Points around the upper half of the first person, or the outline, [F, M, 3]."""
    place: np.ndarray
    """Where the first person or thing is on the ground, [F, 2]."""
    tall: float
    """The height of the first person or of the highest thing, metres."""
    obstacles: np.ndarray
    """Points that the camera keeps away from, [F, K, 3]."""


def subject_of(scene: Scene, joints: np.ndarray, positions: np.ndarray) -> Subject:
    """What is to be seen of the people, whose joints are [F, people, 31, 3], and of the things,
    whose positions are [F, things, 3]."""
    frames = len(positions)
    bodily = [_person(joints[:, index]) for index in range(len(scene.people))]
    boxes = [_thing(scene, positions, index) for index in range(len(scene.things))]
    outline = np.concatenate([*bodily, *boxes], axis=1)
    if bodily:
        place, upper = bodily[0][:, 6 * g.ROOT, :2], bodily[0][:, _rows(UPPER)]
        tall = max(float(np.ptp(each[0, :, 2])) for each in bodily)
    else:
        place, upper = positions[:, 0, :2], outline
        tall = float(np.ptp(outline[..., 2], axis=1).max())
    return Subject(outline, upper, place.reshape(frames, 2), tall, outline)


def _rows(joints: tuple[int, ...]) -> list[int]:
    """Where the points of joints are in the outline of a person, the crown's included."""
    return [6 * joint + side for joint in (*joints, g.NUM_JOINTS) for side in range(6)]


def _person(joints: np.ndarray) -> np.ndarray:
    """Points around a person's joints [F, 31, 3] and the crown of the head, [F, 6 * 32, 3]."""
    crown = joints[:, [g.HEAD]] + [0, 0, ABOVE_HEAD - AROUND]
    return _around(np.concatenate([joints, crown], 1), np.full(3, AROUND))


def _thing(scene: Scene, positions: np.ndarray, index: int) -> np.ndarray:
    """The middles of the sides of the box around a thing, [F, 6, 3]."""
    size = np.array(_size(scene, index))
    middle = positions[:, [index]].copy()
    if scene.things[index].kind != "ball":  # others stand on their place
        middle[..., 2] += size[2] / 2
    return _around(middle, size / 2)


def _size(scene: Scene, index: int) -> tuple[float, float, float]:
    kind = scene.things[index].kind
    if kind in NAMES:
        height = NAMES[kind].height
        wide = (2.0 if scene.event == "topple" else 1.35) * height
        return wide, 0.4 * height, height
    if kind == "ball":
        radius = TRACK_RADIUS if scene.event == "track" else DROP_RADIUS
        return 2 * radius, 2 * radius, 2 * radius
    return SIZES.get(kind, OTHER_SIZE)


def _around(points: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Points [F, N, 3] with six each around them, [F, 6 N, 3]."""
    steps = np.concatenate([np.diag(reach), -np.diag(reach)])
    return (points[:, :, None] + steps).reshape(len(points), -1, 3)


def axes(azimuth: float, elevation: float) -> np.ndarray:
    """Rows: to the right, up, and towards the camera, of a camera that looks at the origin from an
    azimuth (0: from -y) and an elevation, radians, [3, 3]."""
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    high, flat = np.sin(elevation), np.cos(elevation)
    return np.array(
        [
            [cosine, sine, 0],
            [-sine * high, cosine * high, flat],
            [sine * flat, -cosine * flat, high],
        ]
    )


def distance_to_show(points: np.ndarray, target: np.ndarray, view: np.ndarray) -> float:
    """The least distance from a target at which points [..., 3] are in the safe part of a square
    picture; `view` as `axes` gives it."""
    across, up, near = np.moveaxis((points - target) @ view.T, -1, 0)
    reach = np.maximum(np.abs(across), np.abs(up)) / (SAFE * SLOPE)
    return float((near + reach).max())


def fitting_distance(
    subject: Subject, points: np.ndarray, target: np.ndarray, view: np.ndarray
) -> float:
    """The distance for a still camera: as much of the motion as leaves the first person large
    enough, and at least all of the middle of the clip. `points` [F, N, 3]."""
    whole = distance_to_show(points, target, view)
    middle = distance_to_show(points[len(points) // 2], target, view)
    largest = subject.tall / (2 * SMALLEST * SLOPE)
    return max(middle, min(whole, largest))


def given_framing(scene: Scene) -> rigid_motion.Framing | None:
    """The framing of events whose motion says where their camera stands; None for others."""
    fitted = (scene.people and scene.event != "door") or scene.event in (
        "stand",
        "topple",
        "drop",
        "track",
    )
    if fitted:
        return None
    return (
        MATTER[scene.event].framing(scene) if scene.event in MATTER else rigid_motion.framing(scene)
    )


def fitted_field(field: float, width: int, height: int) -> float:
    """The vertical angle of view, degrees, of a picture that shows what a square picture with the
    angle `field` shows: its short side shows less, by the fourth root of the aspect ratio."""
    short = (min(width, height) / max(width, height)) ** 0.25
    slope = np.tan(np.radians(field / 2)) * short * height / min(width, height)
    return float(2 * np.degrees(np.arctan(slope)))
