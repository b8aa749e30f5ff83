"""Classifies the motion of a track of centroids: a fall, a throw, a swing, travel or none."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sorairo.world.tabletop.camera import PITCH

# Lengths are in widths or heights of the picture.
STILL = 0.04  # widths: less is no motion
TRAVEL = 0.08  # widths: the least that counts as travelling
FALL = 0.10  # heights: the least that counts as falling
HIGH_FALL, FAST_FALL = 0.18, 0.22  # heights, heights a second; turntables stay below 0.16, 0.16
TURNING = 0.28  # radians a second on the ground; real turntables do 0.6 to 0.95
TURNING_SPEED = 0.02  # widths a second in every third of the clip; real ones do 0.04 and more
RISE, STRAIGHT = 0.09, 0.4  # of a throw: its height, and its sideways part as a fraction of that
THROW_SECONDS = 3.4  # seconds after which a second throw is near its top
SWEEP = 0.2  # widths that a swing crosses at least; real ones 0.33 and more
DEPTH = 0.06  # height of an arc as a fraction of its width
LET_GO = 0.3  # speed of a swing in its first quarter second / its greatest; real ones 0.2
SMOOTHING = 0.8  # frames: deviation of the Gaussian that smooths tracks


MEASURES = ("dx", "fall", "reach", "turning", "steady", "fastest_fall", "seconds")


@dataclass(frozen=True, kw_only=True)
class Motion:
    """What a track does, and the measures by which that is decided."""

    kind: str
    """"drop", "travel" (rolling and sliding look the same), "turntable", "swing", "toss", "still"
    or "other"."""
    heading: str
    """One of HEADINGS, by `dx`."""
    dx: float
    """From the first to the last position, widths; positive to the right."""
    fall: float
    """From the first position to the lowest, heights."""
    reach: float
    """The longer side of the box around the track."""
    turning: float
    """Radians that the direction of motion on the ground turns by."""
    steady: float
    """The smallest mean speed among the thirds of the clip, widths a second."""
    fastest_fall: float
    """The greatest downward speed, heights a second."""
    seconds: float
    """From the first frame with an object to the last."""


def classify_motion(track: np.ndarray, fps: float) -> Motion:
    """The motion of a track [F, 2] of (x, y) as fractions of width and height, y down; NaN in
    frames without an object."""
    seen = np.flatnonzero(~np.isnan(track[:, 0]))
    if len(seen) < 3:
        zeros = dict.fromkeys(MEASURES, 0.0)
        return Motion(kind="still", heading="none", **zeros)
    times = np.arange(seen[0], seen[-1] + 1)
    path = np.stack([np.interp(times, seen, track[seen, i]) for i in range(2)], axis=1)
    path = gaussian_filter1d(path, SMOOTHING, axis=0, mode="nearest")
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


def matches_event(motion: Motion, event: str, heading: str) -> bool:
    """Whether a motion is that of an event of one body, seen by a still camera."""
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
    """Whether the object keeps moving and its direction keeps turning the same way."""
    turned = abs(motion.turning) >= TURNING * motion.seconds
    return turned and motion.steady >= TURNING_SPEED


def _is_tossed(motion: Motion, path: np.ndarray) -> bool:
    """Whether the object goes straight up from its lowest place, and again if there is time."""
    height = path[0, 1] - path[:, 1]
    straight = np.ptp(path[:, 0]) <= STRAIGHT * height.max()
    up = (height > 0.6 * RISE).astype(int)
    times = int((np.diff(up) == 1).sum())
    again = times >= (2 if motion.seconds >= THROW_SECONDS else 1)
    return bool(straight and again and height.max() >= RISE and motion.fall < 0.5 * RISE)


def _swings(path: np.ndarray, fps: float) -> bool:
    """Whether the object starts at rest and swings along an arc that is lowest in its middle."""
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
    """Whether the object comes down steeply, further or faster than on a turntable, and stays
    lower."""
    steep = motion.fall >= HIGH_FALL or motion.fastest_fall >= FAST_FALL
    low = int(path[:, 1].argmax())
    sideways = abs(path[low, 0] - path[0, 0])
    settled = path[-1, 1] - path[0, 1] >= 0.5 * FALL
    return steep and motion.fall >= FALL and motion.fall > sideways and settled


def _turning(path: np.ndarray, fps: float) -> float:
    """Radians that the direction of motion on the ground turns by, seen at the camera's pitch."""
    ground = gaussian_filter1d(path / [1, math.sin(PITCH)], fps / 4, axis=0, mode="nearest")
    step = max(1, round(fps / 4))
    velocity = ground[step:] - ground[:-step]
    moving = np.linalg.norm(velocity, axis=1) > 0.01 / 4
    if moving.sum() < 3:
        return 0.0
    angles = np.unwrap(np.arctan2(velocity[moving, 1], velocity[moving, 0]))
    return float(angles[-1] - angles[0])
