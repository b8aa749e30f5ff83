"""Camera motions: position and rotation as functions of time, and the field of view."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TARGET = np.array([0.0, 0.0, 4.1])  # the point that every camera looks at, metres
DISTANCE, PITCH = 27.0, math.radians(24)
EXTENT = 18.0  # metres across the picture, at the target, where the picture is square


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A camera position relative to its target."""

    azimuth: float = 0.0
    """Radians around the target; 0 looks from -y."""
    distance: float = DISTANCE
    """Metres from the target."""


# name -> (seconds -> Shot)
SHOTS: dict[str, Callable[[float], Shot]] = {
    "still": lambda _: Shot(),
    "orbit_left": lambda t: Shot(azimuth=-math.radians(12) * t),
    "orbit_right": lambda t: Shot(azimuth=math.radians(12) * t),
    "push_in": lambda t: Shot(distance=DISTANCE * (0.72 + 0.28 * math.exp(-t / 2.5))),
    "pull_back": lambda t: Shot(distance=DISTANCE * (1.4 - 0.4 * math.exp(-t / 2.5))),
}


def camera_pose(name: str, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Position [3] and rotation [3, 3] (columns: right, up, backward) at time t."""
    return pose_of(SHOTS[name](t))


def pose_of(shot: Shot) -> tuple[np.ndarray, np.ndarray]:
    """Position [3] and rotation [3, 3] (columns: right, up, backward)."""
    backward = np.array(
        [
            math.sin(shot.azimuth) * math.cos(PITCH),
            -math.cos(shot.azimuth) * math.cos(PITCH),
            math.sin(PITCH),
        ]
    )
    right = np.array([math.cos(shot.azimuth), math.sin(shot.azimuth), 0.0])
    rotation = np.stack([right, np.cross(backward, right), backward], axis=1)
    return TARGET + shot.distance * backward, rotation


def vertical_field(width: int, height: int) -> float:
    """Vertical field of view in degrees for a picture of this aspect ratio.

    A square picture shows EXTENT metres in both directions. With a longer picture the short side
    shows less, by the fourth root of the aspect ratio: 9:16 shows 15.6 m by 27.7 m.
    """
    short = EXTENT * (min(width, height) / max(width, height)) ** 0.25
    vertical = short * height / min(width, height)
    return math.degrees(2 * math.atan(vertical / 2 / DISTANCE))
