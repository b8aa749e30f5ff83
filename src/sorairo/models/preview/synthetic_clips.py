"""Clips of coloured shapes that move over gradients: what a preview map is fitted to where no clips
of the model's own world are at hand. No torch."""

from __future__ import annotations

import numpy as np

SHAPES = 10  # per clip


def synthetic_clip(rng: np.random.Generator, num_frames: int, side: int) -> np.ndarray:
    """Frames uint8 [num_frames, side, side, 3]."""
    y, x = np.mgrid[:side, :side] / side
    corners = rng.uniform(0, 255, (2, 3))
    angle = rng.uniform(0, 2 * np.pi)
    along = np.clip(0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle), 0, 1)[..., None]
    ground = corners[0] * (1 - along) + corners[1] * along
    frames = np.repeat(ground[None], num_frames, axis=0)
    for _ in range(SHAPES):
        centre, speed = rng.uniform(0, 1, 2), rng.normal(0, 0.01, 2)
        size, colour = rng.uniform(0.05, 0.3, 2), rng.uniform(0, 255, 3)
        softness, round_shape = rng.uniform(1, 6) / side, rng.random() < 0.5
        for index, frame in enumerate(frames):
            cy, cx = centre + index * speed
            dy, dx = np.abs(y - cy) / size[0], np.abs(x - cx) / size[1]
            reach = np.hypot(dy, dx) if round_shape else np.maximum(dy, dx)
            inside = np.clip((1 - reach) * size.min() / softness + 0.5, 0, 1)[..., None]
            frame += inside * (colour - frame)
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)
