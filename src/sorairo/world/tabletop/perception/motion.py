"""What a track of centroids does: falls, is thrown up, travels, swings, goes round, or stays."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sorairo.world.tabletop.camera import PITCH

STILL = 0.04  # of the width: less is no motion
TRAVEL = 0.08  # of the width: what counts as travelling
FALL = 0.10  # of the height
HIGH_FALL, FAST_FALL = 0.18, 0.22  # heights, heights a second; turntables stay below 0.16, 0.16
TURNING = 0.28  # radians a second on the ground; true turntables do 0.6 to 0.95
TURNING_SPEED = 0.02  # widths a second, in every third of the clip; true ones do 0.04 and more
RISE, STRAIGHT = 0.09, 0.4  # of a throw: heights; its sideways part, of that
THROW_SECONDS = 3.4  # in which a body is thrown up for the second time and near its top
SWEEP = 0.2  # of the width: what a swing crosses at least; true ones 0.33 and more
DEPTH = 0.06  # of an arc: its height, of its width
LET_GO = 0.3  # a swing's speed in its first quarter second, of its greatest; true ones 0.2
SHAKE = 0.8  # frames: tracks are smoothed this much before they are looked at


MEASURES = ("dx", "fall", "reach", "turning", "steady", "fastest_fall", "seconds")


@dataclass(frozen=True, kw_only=True)
class Motion:
    """`kind`: "drop", "travel" (rolling or sliding look alike), "turntable", "swing", "toss",
    "still" or "other".

    dx: from the first to the last position; fall: from the first to the lowest; both in parts of
    the picture. reach: the larger side of the box around the track. turning: radians that the
    direction on the ground has turned. steady: the smallest speed of the thirds of the clip, in
    widths a second. fastest_fall: the greatest downward speed, heights a second.
    """

    kind: str
    heading: str
    dx: float
    fall: float
    reach: float
    turning: float
    steady: float
    fastest_fall: float
    seconds: float


def classify_motion(track: np.ndarray, fps: float) -> Motion:
    """Motion of a track [F, 2] of (x, y) in parts of the picture, y down; NaN: nothing seen."""
    seen = np.flatnonzero(~np.isnan(track[:, 0]))
    if len(seen) < 3:
        zeros = dict.fromkeys(MEASURES, 0.0)
        return Motion(kind="still", heading="none", **zeros)
    times = np.arange(seen[0], seen[-1] + 1)
    path = np.stack([np.interp(times, seen, track[seen, i]) for i in range(2)], axis=1)
    path = gaussian_filter1d(path, SHAKE, axis=0, mode="nearest")
    ends = max(1, len(path) // 16)
    start, end = path[:ends].mean(0), path[-ends:].mean(0)
    seconds = (len(path) - 1) / fps
    dx = float(end[0] - start[0])
    thirds = np.array_split(np.diff(path, axis=0), 3)
    speeds = [float(np.linalg.norm(third.sum(0))) / max(len(third), 1) * fps for third in thirds]
    measured = Motion(
        kind="other",
        heading="none" if abs(dx) < STILL else "right" if dx > 0 else "left",
        dx=dx,
        fall=float(path[:, 1].max() - start[1]),
        reach=float(np.ptp(path, axis=0).max()),
        turning=_turning(path, fps),
        steady=min(speeds),
        fastest_fall=float(np.diff(path[:, 1]).max()) * fps,
        seconds=seconds,
    )
    return dataclasses.replace(measured, kind=_kind(measured, path, fps))


def moves_as_told(motion: Motion, event: str, heading: str) -> bool:
    """Whether a motion is what an event (of one body, before a still camera) asks for."""
    if event in ("roll", "slide"):
        return motion.kind == "travel" and motion.heading == heading
    return motion.kind == event


def _kind(motion: Motion, path: np.ndarray, fps: float) -> str:
    if motion.reach < STILL:
        return "still"
    if _is_tossed(motion, path):
        return "toss"
    if _falls(motion, path):
        return "drop"
    if _swings(path, fps):
        return "swing"
    if _goes_round(motion):
        return "turntable"
    return "travel" if abs(motion.dx) >= TRAVEL else "other"


def _goes_round(motion: Motion) -> bool:
    """Keeps moving, and its direction keeps turning the same way."""
    turned = abs(motion.turning) >= TURNING * motion.seconds
    return turned and motion.steady >= TURNING_SPEED


def _is_tossed(motion: Motion, path: np.ndarray) -> bool:
    """Goes straight up from where it is lowest, and again if there is time for it."""
    height = path[0, 1] - path[:, 1]
    straight = np.ptp(path[:, 0]) <= STRAIGHT * height.max()
    up = (height > 0.6 * RISE).astype(int)
    times = int((np.diff(up) == 1).sum())
    again = times >= (2 if motion.seconds >= THROW_SECONDS else 1)
    return bool(straight and again and height.max() >= RISE and motion.fall < 0.5 * RISE)


def _swings(path: np.ndarray, fps: float) -> bool:
    """Is let go at rest, and sweeps to and fro along one arc that is lowest in its middle."""
    x, y = path.T
    if np.ptp(x) < SWEEP:
        return False
    bend, slope, _ = curve = np.polyfit(x, y, 2)  # y points down: a valley bends to minus
    strays = float(np.std(y - np.polyval(curve, x)))
    lowest = -slope / (2 * bend) if bend else np.inf
    in_middle = abs(lowest - (x.min() + x.max()) / 2) < 0.3 * np.ptp(x)
    arc = bend < 0 and in_middle and strays < 0.15 * np.ptp(y) and np.ptp(y) > DEPTH * np.ptp(x)
    speed = np.linalg.norm(np.diff(path, axis=0), axis=1)
    return bool(arc and speed[: max(2, round(fps / 4))].mean() < LET_GO * speed.max())


def _falls(motion: Motion, path: np.ndarray) -> bool:
    """Comes down steeply, further or faster than a turntable can bring it, and stays lower."""
    steep = motion.fall >= HIGH_FALL or motion.fastest_fall >= FAST_FALL
    low = int(path[:, 1].argmax())
    sideways = abs(path[low, 0] - path[0, 0])
    settled = path[-1, 1] - path[0, 1] >= 0.5 * FALL
    return steep and motion.fall >= FALL and motion.fall > sideways and settled


def _turning(path: np.ndarray, fps: float) -> float:
    """Radians that the direction of motion turns by, on ground seen at the camera's pitch."""
    ground = gaussian_filter1d(path / [1, math.sin(PITCH)], fps / 4, axis=0, mode="nearest")
    step = max(1, round(fps / 4))
    velocity = ground[step:] - ground[:-step]
    moving = np.linalg.norm(velocity, axis=1) > 0.01 / 4
    if moving.sum() < 3:
        return 0.0
    angles = np.unwrap(np.arctan2(velocity[moving, 1], velocity[moving, 0]))
    return float(angles[-1] - angles[0])
