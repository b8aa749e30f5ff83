"""Recovers the camera's motion from pixels by aligning the floor of one frame with another.

The camera looks at a fixed point at a constant pitch; its azimuth and its distance are unknown. For
each guess of both, a homography maps the floor of one frame to the other. The guess with the
smallest difference is taken; among equal ones, and where no guess can be compared, that of the
least motion. Bodies and the sky are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.camera import DISTANCE, Shot, pose_of, vertical_field
from sorairo.world.tabletop.scene import FLOOR_RADIUS

STEP = 6  # frames between two that are compared: an orbit turns by 6 degrees
TURNS = np.radians(np.arange(-12, 12.1, 1.0))
REACHES = np.exp(np.arange(-0.15, 0.151, 0.03))  # distance after, relative to before
FINE_TURNS, FINE_REACHES = np.radians(np.arange(-1, 1.01, 0.25)), np.exp([-0.015, 0.0, 0.015])
THIN = 5  # pixels: the first guess uses every fifth pixel of the floor
TURN, CLOSER, FARTHER = 10.0, 0.9, 1.12  # degrees; distance at the end relative to the start
EDGE = 1.0  # metres at the floor's rim that are left out
LEAST = 200  # pixels of floor that two frames must share
EQUAL = 1e-4  # of 255: differences that are rounding alone, as where the floor is one colour


@dataclass(frozen=True, kw_only=True)
class CameraPath:
    """The path of the camera at some frames of a clip."""

    frames: np.ndarray
    """The frames [n]; the first is 0."""
    azimuths: np.ndarray
    """Radians [n]; 0 at first."""
    distances: np.ndarray
    """Metres [n]; the default distance at first."""

    @property
    def move(self) -> str:
        """The name of the camera move."""
        turned = float(np.degrees(self.azimuths[-1]))
        reach = float(self.distances[-1] / self.distances[0])
        if abs(turned) > TURN:
            return "orbit_right" if turned > 0 else "orbit_left"
        return "push_in" if reach < CLOSER else "pull_back" if reach > FARTHER else "still"


def camera_path(frames: np.ndarray, bodies: np.ndarray) -> CameraPath:
    """The camera path of frames uint8 [F, S, S, 3]; the pixels in `bodies` [F, S, S] are
    ignored."""
    looked_at = np.arange(0, len(frames), STEP)
    soft = ndimage.gaussian_filter(frames[looked_at].astype(np.float32), (0, 0.7, 0.7, 0))
    free = np.logical_not(ndimage.binary_dilation(bodies[looked_at], np.ones((1, 5, 5), bool)))
    azimuths, distances = [0.0], [DISTANCE]
    for before, after in zip(range(len(looked_at) - 1), range(1, len(looked_at)), strict=True):
        pair = soft[before], soft[after], free[before], free[after]
        guess = _best(pair, distances[-1], (0.0, 1.0), (TURNS, REACHES), THIN)
        turn, reach = _best(pair, distances[-1], guess, (FINE_TURNS, FINE_REACHES), 1)
        azimuths.append(azimuths[-1] + turn)
        distances.append(distances[-1] * reach)
    return CameraPath(frames=looked_at, azimuths=np.array(azimuths), distances=np.array(distances))


def _best(
    pair: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    distance: float,
    about: tuple[float, float],
    around: tuple[np.ndarray, np.ndarray],
    thin: int,
) -> tuple[float, float]:
    """The turn and the relative distance, near those given, with which two frames agree best."""
    turns, reaches = about[0] + around[0], about[1] * around[1]
    errors = np.stack([_disagreement(pair, distance, turns, reach, thin) for reach in reaches], 1)
    motion = np.abs(around[0])[:, None] + np.abs(np.log(around[1]))
    as_good = errors <= errors.min() + EQUAL
    turn, reach = np.unravel_index(int(np.where(as_good, motion, np.inf).argmin()), errors.shape)
    return float(turns[turn]), float(reaches[reach])


def _disagreement(
    pair: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    distance: float,
    turns: np.ndarray,
    reach: float,
    thin: int,
) -> np.ndarray:
    """The mean difference of the floor in two frames, for each of the `turns` [t].

    `pair` is (before, after, free_before, free_after); free is where no body is. Infinite where the
    frames share too little of the floor.
    """
    before, after, free_before, free_after = pair
    side = len(before)
    floor, places = _floor(side, round(distance * reach, 4))
    free = free_after[floor][::thin]
    now = after[floor][::thin][free]
    rows, columns = _seen(places[::thin][free], side, turns, distance)
    shared = (rows > 0) & (rows < side - 1) & (columns > 0) & (columns < side - 1)
    rows, columns = np.where(shared, rows, 0.0), np.where(shared, columns, 0.0)
    shared &= free_before[np.round(rows).astype(int), np.round(columns).astype(int)]
    count = shared.sum(1)
    then = _between(before, rows[shared], columns[shared])
    off = np.abs(then - now[np.nonzero(shared)[1]]).mean(1)
    total = np.bincount(np.nonzero(shared)[0], weights=off, minlength=len(turns))
    return np.where(count < LEAST / thin, np.inf, total / np.maximum(count, 1))


def _between(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Samples a picture [S, S, 3] at fractional rows and columns [n], bilinearly: [n, 3]."""
    r, c = rows.astype(int), columns.astype(int)
    down = (rows - r).astype(np.float32)[:, None]
    right = (columns - c).astype(np.float32)[:, None]
    upper = picture[r, c] * (1 - right) + picture[r, c + 1] * right
    lower = picture[r + 1, c] * (1 - right) + picture[r + 1, c + 1] * right
    return upper * (1 - down) + lower * down


@lru_cache(maxsize=512)
def _floor(side: int, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels show the floor, seen from azimuth 0 at a distance: bool [S, S]; and the places
    of these pixels on the floor, (x, y) in metres [n, 2]."""
    position, rotation = pose_of(Shot(distance=distance))
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    across = (2 * (np.arange(side) + 0.5) / side - 1) * half
    x, y = np.meshgrid(across, -across)
    rays = np.stack([x, y, -np.ones_like(x)], axis=-1) @ rotation.T
    down = np.minimum(rays[..., 2], -1e-6)
    places = position[:2] - (position[2] / down)[..., None] * rays[..., :2]
    floor = (rays[..., 2] < -1e-3) & (np.linalg.norm(places, axis=-1) < FLOOR_RADIUS - EDGE)
    return floor, places[floor]


def _seen(
    places: np.ndarray, side: int, turns: np.ndarray, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns [t, n] at which the camera before the turn sees places on the floor.

    `places` [n, 2] are relative to the camera after each of the `turns` [t].
    """
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    x = cos * places[:, 0] - sin * places[:, 1]
    y = sin * places[:, 0] + cos * places[:, 1]
    position, rotation = pose_of(Shot(distance=distance))
    x, y, z = x - position[0], y - position[1], -position[2]
    right, up, back = (x * axis[0] + y * axis[1] + z * axis[2] for axis in rotation.T)
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    columns = (right / -back / half + 1) / 2 * side - 0.5
    rows = (1 - up / -back / half) / 2 * side - 0.5
    return rows, columns
