"""A pinhole camera as a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A pinhole camera."""

    position: tuple[float, float, float]
    """Metres."""
    target: tuple[float, float, float]
    """A point in the middle of the picture."""
    field: float = 40.0
    """The vertical angle of view, degrees."""
    roll: float = 0.0
    """Turn about the line of sight, degrees."""

    def axes(self) -> np.ndarray:
        """Unit vectors in the world: to the right, up and backward, as rows, [3, 3]."""
        forward = np.asarray(self.target, float) - np.asarray(self.position, float)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        sine, cosine = np.sin(np.radians(self.roll)), np.cos(np.radians(self.roll))
        return np.stack([cosine * right - sine * up, cosine * up + sine * right, -forward])

    def rays(self, width: int, height: int) -> np.ndarray:
        """From the camera through the middles of pixels, in the world, with a length of 1 along the
        camera's axis, [height, width, 3]."""
        slope = np.tan(np.radians(self.field / 2))
        across = ((np.arange(width) + 0.5) / width * 2 - 1) * slope * width / height
        up = (1 - (np.arange(height) + 0.5) / height * 2) * slope
        x, y = np.meshgrid(across, up)
        return np.stack([x, y, -np.ones_like(x)], -1) @ self.axes()
