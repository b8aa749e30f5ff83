"""How the feet of a gait meet the ground: when, where and at which angle, measured from its joints.

A foot lands on the heel, lies flat, rises over the ball and swings forward. Angles are radians
relative to the flat foot, positive with the toes up.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

SAMPLES = 17  # of each profile
SLOW = 0.5  # of the walker's speed: a slower heel or ball stands on the ground
STRAIGHTENING = 3  # samples over which a profile is smoothed


@dataclass(frozen=True, eq=False)
class Footfall:
    """One foot's part in a cycle. Profiles are sampled evenly, float [SAMPLES]."""

    begins: float
    """The phase at which the foot lands, in cycles."""
    share: float
    """How long it stays on the ground, in cycles."""
    place: tuple[float, float]
    """The ankle at mid-stance: to the right of the walker's place, and before it, metres."""
    landing: np.ndarray
    """The foot's angle from landing to mid-stance."""
    leaving: np.ndarray
    """The foot's angle from mid-stance to when it leaves the ground."""
    advance: np.ndarray
    """How far it has come in the swing, from 0 to 1."""
    lift: np.ndarray
    """How high the ankle swings above the line from where it leaves to where it lands, metres."""
    swing: np.ndarray
    """The foot's angle in the swing, above the line from its first to its last angle."""

    @property
    def middle(self) -> float:
        """The phase of mid-stance."""
        return self.begins + self.share / 2

    def scaled(self, scale: float) -> Footfall:
        """Of someone `scale` times as tall."""
        place = (self.place[0] * scale, self.place[1] * scale)
        return dataclasses.replace(self, place=place, lift=self.lift * scale)

    def mirrored(self) -> Footfall:
        """Of the other side."""
        return dataclasses.replace(self, place=(-self.place[0], self.place[1]))


def footfall(ankle: np.ndarray, ball: np.ndarray, speed: float, seconds: float) -> Footfall:
    """Measures a foot.

    Args:
        ankle: The ankle of a cycle relative to the walker, [N, 3]: right, forward, up.
        ball: The ball of the foot, [N, 3].
        speed: Of the walker, m/s.
        seconds: Length of the cycle.
    """
    count = len(ankle)
    step = seconds / count
    slowest = np.minimum(*(_speeds(points, speed, step) for points in (ankle, ball)))
    begins, length = _longest_run(slowest < SLOW * speed)
    turned = (begins + np.arange(count + 1)) % count
    ankle, ball = ankle[turned], ball[turned]
    along = ball - ankle
    pitch = _smooth(np.unwrap(np.arctan2(along[:, 2], along[:, 1])))
    middle = slice(length * 2 // 5, max(length * 3 // 5, length * 2 // 5 + 1))
    pitch = pitch - np.median(pitch[middle])
    half = length / 2
    forward = ankle[:, 1] + speed * step * np.arange(count + 1)
    swing = np.linspace(length, count, SAMPLES)
    progress = _at(forward, swing)
    progress = (progress - progress[0]) / (progress[-1] - progress[0])
    return Footfall(
        begins=begins / count,
        share=length / count,
        place=(float(ankle[middle, 0].mean()), float(_at(ankle[:, 1], np.array([half]))[0])),
        landing=np.clip(_settled(_at(pitch, np.linspace(0, half, SAMPLES))), 0, 0.6),
        leaving=np.clip(_settled(_at(pitch, np.linspace(half, length, SAMPLES))[::-1]), -1.2, 0)[
            ::-1
        ],
        advance=np.maximum.accumulate(np.clip(progress, 0, 1)),
        lift=_above_line(_at(_smooth(ankle[:, 2]), swing)),
        swing=_above_line(_at(pitch, swing)),
    )


def _speeds(points: np.ndarray, speed: float, step: float) -> np.ndarray:
    """Over the ground, m/s, [N]."""
    moved = (np.roll(points, -1, 0) - np.roll(points, 1, 0)) / (2 * step)
    return np.linalg.norm(moved + np.array([0.0, speed, 0.0]), axis=-1)


def _longest_run(flags: np.ndarray) -> tuple[int, int]:
    """Where the longest run of true values begins on a circle, and its length."""
    count = len(flags)
    best = (0, 0)
    start = int(np.argmin(flags))  # a false one
    run = 0
    for place in range(start, start + count + 1):
        if flags[place % count] and place < start + count:
            run += 1
            continue
        if run > best[1]:
            best = ((place - run) % count, run)
        run = 0
    return best


def _at(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.interp(places, np.arange(len(values)), values)


def _smooth(values: np.ndarray) -> np.ndarray:
    """The mean of neighbours; the ends stay."""
    padded = np.pad(values, STRAIGHTENING // 2, mode="edge")
    return np.convolve(padded, np.full(STRAIGHTENING, 1 / STRAIGHTENING), "valid")


def _settled(angles: np.ndarray) -> np.ndarray:
    """Angles that come to rest at zero at the end."""
    return angles - angles[-1] * np.linspace(0, 1, len(angles))


def _above_line(values: np.ndarray) -> np.ndarray:
    return values - np.linspace(values[0], values[-1], len(values))
