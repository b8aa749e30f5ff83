"""Works out what happens in a scene: where every animal is in each frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.world.filament.stage import Camera
from sorairo.world.menagerie.directing import direct
from sorairo.world.menagerie.performance import Performance
from sorairo.world.menagerie.scene import Scene
from sorairo.world.menagerie.shot import cameras_of

FPS = 12.0


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The ground truth of a clip of F frames; frame 0 is the state at time 0."""

    scene: Scene
    fps: float
    """Frames per second."""
    performances: tuple[Performance, ...] = field(repr=False)
    """The animals."""
    cameras: tuple[Camera, ...] = field(repr=False)
    """The camera of each frame."""

    def __len__(self) -> int:
        return len(self.cameras)

    def truth(self) -> dict[str, np.ndarray]:
        """What is true, in metres and radians.

        "positions" [F, A, 3] and "headings" [F, A] of the animals (radians from the negative y
        axis, counter-clockwise), "joints" [F, A, B, 3] of their bones (NaN where an animal has
        fewer than B), "boxes" [F, A, 2, 3], the least and greatest coordinates of each animal's
        bones, and "camera_positions" [F, 3].
        """
        joints = self._joints()
        return {
            "positions": np.stack([one.places for one in self.performances], 1),
            "headings": np.stack([one.headings for one in self.performances], 1),
            "joints": joints,
            "boxes": np.stack([np.nanmin(joints, 2), np.nanmax(joints, 2)], 2),
            "camera_positions": np.array([camera.position for camera in self.cameras]),
        }

    def _joints(self) -> np.ndarray:
        found = [
            np.stack([one.joints(frame) for frame in range(len(self))]) for one in self.performances
        ]
        most = max(joints.shape[1] for joints in found)
        padded = np.full((len(self), len(found), most, 3), np.nan)
        for index, joints in enumerate(found):
            padded[:, index, : joints.shape[1]] = joints
        return padded


def simulate(scene: Scene, *, seconds: float, fps: float = FPS) -> Rollout:
    """Runs a scene for round(seconds * fps) frames, at least one. Deterministic."""
    frames = max(1, round(seconds * fps))
    times = np.arange(frames) / fps
    rng = np.random.default_rng(scene.seed)
    performances = direct(scene, times, seconds, rng)
    cameras = cameras_of(scene, performances, times, rng)
    return Rollout(scene=scene, fps=fps, performances=performances, cameras=tuple(cameras))
