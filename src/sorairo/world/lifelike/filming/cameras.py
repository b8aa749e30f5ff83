"""Where the camera is over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.filming.framing import (
    FIELD,
    LARGEST_THING,
    SLOPE,
    Subject,
    axes,
    distance_to_show,
    fitting_distance,
    given_framing,
)
from sorairo.world.lifelike.scene import FOLLOWED, Scene, Shot

ORBIT = np.radians(16.0)  # radians a second
PUSH = 0.11  # of the distance a second
FARTHER = 1.4  # times the distance from which a camera comes closer
PAN = np.radians(7.0)  # to each side of the subject
CRANE = (np.radians(3.0), np.radians(30.0))  # elevations
MOVE_SECONDS = 4.0  # in which pans and cranes are done
LOWEST = 0.14  # metres above the ground
CLEARANCE = 0.55  # metres from people and things
ELEVATIONS = {"eye": (2.0, 9.0), "low": (-9.0, -6.0), "high": (24.0, 32.0)}  # degrees
THING_ELEVATIONS = {"eye": (9.0, 18.0), "low": (1.0, 3.0), "high": (30.0, 42.0)}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where a camera starts from, and what it looks at."""

    target: np.ndarray
    """Metres, [3]."""
    distance: float
    """From the target, metres."""
    azimuth: float = 0.0
    """Around the target, radians; 0 looks along y."""
    elevation: float = 0.0
    """Above the target, radians."""
    field: float = FIELD
    """The vertical angle of view, degrees."""

    def looking(self) -> Camera:
        """The camera there."""
        place = self.target + self.distance * axes(self.azimuth, self.elevation)[2]
        place[2] = max(place[2], LOWEST)
        return _camera(place, self.target, self.field)


def cameras_of(
    scene: Scene, times: np.ndarray, subject: Subject, rng: np.random.Generator
) -> tuple[list[Camera], int]:
    """The camera of each frame, and the frame of the cut: as many as there are without one.

    Args:
        scene: Its shot, and its cut to another one.
        times: Seconds, [F].
        subject: What is filmed.
        rng: Decides exact places and the shake of a hand-held camera.
    """
    frames = len(times)
    cut = frames
    if scene.cut is not None:
        cut = min(max(round(scene.cut.share * frames), 1), frames)
    cameras = _path(scene, scene.shot, times[:cut], _part(subject, slice(cut)), rng)
    if scene.cut is not None and cut < frames:
        rest = _part(subject, slice(cut, None))
        cameras += _path(scene, scene.cut.shot, times[cut:] - times[cut], rest, rng)
    return cameras, cut


def _part(subject: Subject, frames: slice) -> Subject:
    names = ("outline", "upper", "place", "obstacles")
    return replace(subject, **{name: getattr(subject, name)[frames] for name in names})


def _path(
    scene: Scene, shot: Shot, times: np.ndarray, subject: Subject, rng: np.random.Generator
) -> list[Camera]:
    seed = int(rng.integers(2**31))
    stand = _stand(scene, shot, subject, rng)
    cameras: list[Camera] = []
    for _ in range(8):
        follows = shot.follows(scene)
        cameras = camera_path(shot.camera, times, stand, subject.place, seed, follows=follows)
        places = np.array([camera.position for camera in cameras])
        gaps = np.linalg.norm(subject.obstacles - places[:, None], axis=-1)
        if gaps.min() > CLEARANCE:
            break
        stand = replace(stand, distance=stand.distance * 1.2)
    return cameras


def camera_path(
    kind: str,
    times: np.ndarray,
    stand: Stand,
    place: np.ndarray,
    seed: int,
    *,
    follows: bool = False,
) -> list[Camera]:
    """The camera of each frame.

    Args:
        kind: One of `scene.CAMERAS`.
        times: Seconds, [F].
        stand: Where it starts from; it looks at the subject as it is halfway.
        place: Where the subject is on the ground, [F, 2].
        seed: Decides the shake of a hand-held camera.
        follows: Whether a camera that stays in its place turns with the subject.
    """
    shake = np.random.default_rng(seed)
    waves = shake.uniform(0.25, 1.3, (3, 4)), shake.uniform(0, 2 * np.pi, (3, 4))
    gone = np.pad(place - place[len(times) // 2], ((0, 0), (0, 1)))
    cameras = []
    for time, way in zip(times, gone, strict=True):
        if follows and kind != "follow":  # turns on the spot
            eye = np.array(stand.looking().position)
            cameras.append(_camera(eye, stand.target + way, stand.field))
        else:
            moved = replace(stand, target=stand.target + way) if kind == "follow" else stand
            cameras.append(_moved(kind, moved, float(time), waves))
    return cameras


def _stand(scene: Scene, shot: Shot, subject: Subject, rng: np.random.Generator) -> Stand:
    kinds = ELEVATIONS if scene.people else THING_ELEVATIONS
    elevation = float(np.radians(rng.uniform(*kinds[shot.angle])))
    farther = float(rng.uniform(1.0, 1.15))
    given = given_framing(scene)
    if given is not None:
        if shot.angle == "eye":
            elevation = float(np.arctan2(given.height - given.target[2], given.distance))
        target, distance = np.array(given.target, float), given.distance * farther
        return Stand(target=target, distance=distance, azimuth=shot.side, elevation=elevation)
    close = shot.framing == "close"
    points = subject.upper if close else subject.outline
    halfway = len(points) // 2
    if shot.camera == "follow":
        shift = subject.place - subject.place[halfway]
        points = points - np.pad(shift, ((0, 0), (0, 1)))[:, None]
    one = scene.event in FOLLOWED and shot.camera != "follow"
    middle = (points[halfway] if one else points).reshape(-1, 3)
    target = (middle.min(0) + middle.max(0)) / 2
    view = axes(shot.side, elevation)
    if close or shot.follows(scene):
        distance = distance_to_show(middle, target, view)
    else:
        distance = fitting_distance(subject, points, target, view)
    if not scene.people:
        distance = max(distance, subject.tall / (2 * LARGEST_THING * SLOPE))
    distance *= farther
    if distance * np.sin(elevation) + target[2] < LOWEST:
        elevation = float(np.arcsin(np.clip((LOWEST - target[2]) / distance, -0.5, 0)))
    return Stand(target=target, distance=distance, azimuth=shot.side, elevation=elevation)


def _moved(kind: str, stand: Stand, time: float, waves: tuple) -> Camera:
    """The camera at a time."""
    share = min(time / MOVE_SECONDS, 1.0)
    eased = share * share * (3 - 2 * share)
    if kind in ("orbit_left", "orbit_right"):
        turn = ORBIT * time * (1 if kind == "orbit_right" else -1)
        return replace(stand, azimuth=stand.azimuth + turn).looking()
    if kind == "push_in":
        return replace(stand, distance=stand.distance * max(FARTHER - PUSH * time, 0.75)).looking()
    if kind == "pull_back":
        return replace(stand, distance=stand.distance * (1 + PUSH * time)).looking()
    if kind in ("crane_up", "crane_down"):
        first, last = CRANE if kind == "crane_up" else CRANE[::-1]
        return replace(stand, elevation=first + (last - first) * eased).looking()
    fixed = stand.looking()
    if kind in ("pan_left", "pan_right"):
        turn = PAN * (2 * eased - 1) * (1 if kind == "pan_right" else -1)
        right = axes(stand.azimuth, 0.0)[0]
        aim = stand.target + right * stand.distance * np.tan(turn)
        return _camera(np.array(fixed.position), aim, stand.field)
    if kind == "hand_held":
        shift = np.sin(2 * np.pi * waves[0] * time + waves[1]).mean(1)
        place = np.array(fixed.position) + shift * np.array([0.05, 0.02, 0.04])
        aim = stand.target + shift[[1, 2, 0]] * np.array([0.09, 0, 0.06])
        return _camera(place, aim, stand.field, roll=float(shift[0]) * 0.8)
    return fixed


def _camera(place: np.ndarray, target: np.ndarray, field: float, roll: float = 0.0) -> Camera:
    return Camera(
        position=(float(place[0]), float(place[1]), float(place[2])),
        target=(float(target[0]), float(target[1]), float(target[2])),
        field=field,
        roll=roll,
    )
