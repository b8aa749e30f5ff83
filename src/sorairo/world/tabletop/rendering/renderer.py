"""Renders rollouts: pictures, masks, depth and normals.

A scene that is in a place is drawn by Filament, in the light of that place; any other one by
MuJoCo's classic renderer, which goes when no shipped model was trained on its pictures.
"""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np

from sorairo.world.tabletop.dynamics.simulate import Rollout
from sorairo.world.tabletop.rendering.classic.renderer import ClassicRenderer
from sorairo.world.tabletop.rendering.lit.depth import normals_of
from sorairo.world.tabletop.rendering.lit.renderer import LitRenderer
from sorairo.world.tabletop.rendering.styles import apply_style


class Renderer:
    """Renders rollouts at one size. Holds graphics memory: a context manager, or `close()`.

    Pictures are drawn `supersample` times larger and averaged down, so that edges are smooth.
    """

    def __init__(self, *, width: int, height: int, supersample: int = 2) -> None:
        self.width, self.height, self.supersample = width, height, supersample
        self._closed = False

    def render(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Pictures without a style, uint8 [F, height, width, 3]."""
        return self._for(rollout).render(rollout, frames=frames)

    def film(self, rollout: Rollout) -> np.ndarray:
        """Pictures in the style of the scene, uint8 [F, height, width, 3]."""
        return apply_style(rollout.scene.style, self.render(rollout))

    def masks(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Which body is visible where, uint8 [F, height, width]: 0 none, i + 1 body i."""
        return self._for(rollout).masks(rollout, frames=frames)

    def depth(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Metres along the camera's axis, float32 [F, height, width]; FAR beyond the floor."""
        return self._for(rollout).depth(rollout, frames=frames)

    def normals(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Unit vectors on the visible surfaces, on the camera's side, in the axes of the world,
        float32 [F, height, width, 3]; zeros beyond the floor. By rays: no renderer is needed."""
        assert not self._closed, "the renderer is closed"
        indices = range(len(rollout))[frames or slice(None)]
        return normals_of(rollout, indices, width=self.width, height=self.height)

    def _for(self, rollout: Rollout) -> ClassicRenderer | LitRenderer:
        assert not self._closed, "the renderer is closed"
        return self._lit if rollout.scene.place else self._classic

    @cached_property
    def _classic(self) -> ClassicRenderer:
        return ClassicRenderer(width=self.width, height=self.height, supersample=self.supersample)

    @cached_property
    def _lit(self) -> LitRenderer:
        return LitRenderer(width=self.width, height=self.height, supersample=self.supersample)

    def close(self) -> None:
        """Frees the graphics memory."""
        for name in ("_classic", "_lit"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
