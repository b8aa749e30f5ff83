"""Where each vertex of a body lies on it."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.assets import bodies


class Measures:
    """Where each vertex of a body lies on it."""

    def __init__(self, body: bodies.Body, rig: bodies.Rig) -> None:
        self.body, self.rig, self.names = body, rig, list(rig.names)
        self.vertices = body.vertices.astype(np.float64)
        strongest = rig.weights.argmax(1)
        self.bone = rig.bones[np.arange(len(self.vertices)), strongest]
        self.scale = body.height / 1.7

    def on(self, *names: str) -> np.ndarray:
        """Whether a vertex is moved most by one of the bones."""
        return np.isin(self.bone, [self.names.index(name) for name in names])

    def head(self, name: str) -> np.ndarray:
        """Where a bone begins."""
        return self.body.heads[self.names.index(name)].astype(float)

    def along(self, first: str, second: str, third: str) -> np.ndarray:
        """How far along a limb of two bones each vertex is: 0 to 1 on the first, 1 to 2 on the
        second."""
        places = np.zeros(len(self.vertices))
        for offset, (start, end) in enumerate(((first, second), (second, third))):
            here, there = self.head(start), self.head(end)
            share = (self.vertices - here) @ (there - here) / ((there - here) @ (there - here))
            chosen = self.on(start)
            places[chosen] = offset + share[chosen]
        return places
