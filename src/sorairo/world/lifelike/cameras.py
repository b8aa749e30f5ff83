"""Where the camera is over time."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.stage import Camera

ORBIT = np.radians(16.0)  # radians a second
PUSH = 0.10  # of the distance a second


def camera_path(
    kind: str,
    times: np.ndarray,
    *,
    distance: float,
    height: float,
    target: tuple[float, float, float],
    subject: np.ndarray,
    seed: int,
    field: float = 38.0,
) -> list[Camera]:
    """The camera of each frame.

    Args:
        kind: One of `scene.CAMERAS`.
        times: Seconds, [F].
        distance: From the target at the start, metres.
        height: Of the camera above the ground, metres.
        target: What it looks at.
        subject: Where the first person or thing is on the ground, [F, 2], for "follow".
        seed: Decides the shake of "hand_held".
    """
    rng = np.random.default_rng(seed)
    waves = rng.uniform(0.25, 1.3, (3, 4)), rng.uniform(0, 2 * np.pi, (3, 4))
    cameras = []
    for frame, time in enumerate(times):
        angle, reach = 0.0, distance
        centre = np.array(target, float)
        if kind == "orbit_left":
            angle = -ORBIT * time
        elif kind == "orbit_right":
            angle = ORBIT * time
        elif kind == "push_in":
            reach = distance * max(1 - PUSH * time, 0.45)
        elif kind == "pull_back":
            reach = distance * (1 + PUSH * time)
        elif kind == "follow":
            centre[:2] += subject[frame] - subject[0]
        place = centre + np.array([reach * np.sin(angle), -reach * np.cos(angle), 0])
        place[2] = height
        roll = 0.0
        if kind == "hand_held":
            shake = np.sin(2 * np.pi * waves[0] * time + waves[1]).mean(1)
            place = place + shake * np.array([0.05, 0.02, 0.04])
            centre = centre + shake[[1, 2, 0]] * np.array([0.09, 0, 0.06])
            roll = float(shake[0]) * 0.8
        cameras.append(
            Camera(
                position=(float(place[0]), float(place[1]), float(place[2])),
                target=(float(centre[0]), float(centre[1]), float(centre[2])),
                field=field,
                roll=roll,
            )
        )
    return cameras
