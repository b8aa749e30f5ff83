"""What renderers of some worlds do beyond `protocol.Renderer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from sorairo.world.protocol import Renderer, RolloutT_contra

if TYPE_CHECKING:
    import numpy as np


@runtime_checkable
class NormalsRenderer(Renderer[RolloutT_contra], Protocol):
    """A renderer that draws normals as well."""

    def normals(self, rollout: RolloutT_contra) -> np.ndarray:
        """Unit vectors on the visible surfaces, on the camera's side, in the axes of the world,
        float32 [F, height, width, 3]; zeros where nothing is."""
        ...


@runtime_checkable
class JointRenderer(Renderer[RolloutT_contra], Protocol):
    """A renderer that is faster where pictures and masks are both wanted."""

    def film_and_masks(self, rollout: RolloutT_contra) -> tuple[np.ndarray, np.ndarray]:
        """What `film` and `masks` give."""
        ...
