"""The camera of a scene: far enough away for all that happens."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.filming.cameras import Stand, camera_path
from sorairo.world.menagerie.animals import cast
from sorairo.world.menagerie.kinds import KINDS
from sorairo.world.menagerie.performance import Performance
from sorairo.world.menagerie.scene import Scene

FIELD = 34.0  # degrees
WIDEST = 1.3  # of the group's own width: how much more of the way is in the picture at most
TRAVEL = 0.55  # the share of a way that is in the picture when the camera stands still


def cameras_of(
    scene: Scene,
    performances: tuple[Performance, ...],
    times: np.ndarray,
    rng: np.random.Generator,
) -> list[Camera]:
    """The camera of each frame."""
    tallest = max(KINDS[one.creature.kind].height for one in performances)
    reach = [cast.length(one.creature.kind, one.creature.coat) / 2 for one in performances]
    ways = np.stack([one.places[:, :2] for one in performances])  # [A, F, 2]
    if scene.camera == "follow":
        ways = ways - (ways[:1] - ways[:1, [len(times) // 2]])
    middle = len(times) // 2
    left = min((ways[i, :, 0] - r).min() for i, r in enumerate(reach))
    right = max((ways[i, :, 0] + r).max() for i, r in enumerate(reach))
    now = [(ways[i, middle, 0] - r, ways[i, middle, 0] + r) for i, r in enumerate(reach)]
    group = max(end for _, end in now) - min(begin for begin, _ in now)
    width = group + min(TRAVEL * max(right - left - group, 0.0), WIDEST * group)
    tangent = 2 * np.tan(np.radians(FIELD / 2))
    nearest = -min((ways[i, :, 1] - r).min() for i, r in enumerate(reach))
    distance = max(1.12 * width / tangent, 1.75 * tallest / tangent)
    distance = max(distance, nearest + 1.3 * tallest / tangent) * float(rng.uniform(0.95, 1.15))
    target = (float((left + right) / 2), float(ways[:, middle, 1].mean()), 0.52 * tallest)
    if scene.camera == "follow":
        target = (float(np.mean(now)), target[1], target[2])
    height = max(tallest * float(rng.uniform(0.55, 1.25)), 0.12 * distance, 0.25)
    elevation = float(np.arctan2(height - target[2], distance))
    stand = Stand(target=np.array(target), distance=distance, elevation=elevation, field=FIELD)
    return camera_path(scene.camera, times, stand, performances[0].places[:, :2], scene.seed)
