"""How much bodies hide each other at the start of a clip, estimated by rectangles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.tabletop.camera import DISTANCE, PITCH, camera_pose
from sorairo.world.tabletop.dynamics.mjcf import half_spans
from sorairo.world.tabletop.scene import Body


def largest_occlusion(bodies: Sequence[Body]) -> float:
    """The largest fraction of a body's rectangle that one nearer body hides at the start."""
    boxes, worst = _boxes(bodies), 0.0
    for index, (_, low, high) in enumerate(boxes):
        for _, nearer_low, nearer_high in boxes[:index]:
            overlap = np.minimum(high, nearer_high) - np.maximum(low, nearer_low)
            worst = max(worst, float(np.prod(np.maximum(overlap, 0)) / np.prod(high - low)))
    return worst


def smallest_gap(bodies: Sequence[Body]) -> float:
    """The smallest gap between the rectangles of two bodies at the start, horizontal or vertical,
    in metres; 0 where two meet, infinite for one body."""
    boxes, narrowest = _boxes(bodies), np.inf
    for index, (_, low, high) in enumerate(boxes):
        for _, other_low, other_high in boxes[:index]:
            apart = np.maximum(low, other_low) - np.minimum(high, other_high)
            narrowest = min(narrowest, max(0.0, float(apart.max())))
    return narrowest


def _boxes(bodies: Sequence[Body]) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """(distance, lowest corner, highest corner) of each body as the still camera sees it, in metres
    at the camera's target, nearest first."""
    position, rotation = camera_pose("still", 0.0)
    boxes = []
    for body in bodies:
        u, v, toward = (np.asarray(body.position) - position) @ rotation
        x, y, z = half_spans(body)
        scale = DISTANCE / -toward
        half = np.array([x, z * np.cos(PITCH) + y * np.sin(PITCH)]) * scale
        center = np.array([u, v]) * scale
        boxes.append((-toward, center - half, center + half))
    return sorted(boxes, key=lambda box: box[0])
