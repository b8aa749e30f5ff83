"""The table-top world behind `world.protocol.World`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sorairo.world.protocol import Sample, Size
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.tabletop.language.service import LANGUAGE, TabletopLanguage
from sorairo.world.tabletop.perception.describe import describe
from sorairo.world.tabletop.rendering.clip_generator import CLIPS
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import PLACES, Scene, SceneConfig

WHOLE_WORLD = SceneConfig(places=PLACES)


class Tabletop:
    """Rigid bodies on a floor under gravity, simulated by MuJoCo. No player."""

    name: str = "tabletop"
    fps: float = TABLETOP.fps
    sizes: tuple[Size, ...] = TABLETOP.sizes
    actions: tuple[str, ...] = ()
    text_languages: tuple[str, ...] = LANGUAGES
    caption_details: tuple[str, ...] = DETAILS
    language: TabletopLanguage = LANGUAGE

    def scene_from_json(self, record: Mapping[str, Any]) -> Scene:
        return Scene.from_json(dict(record))

    def sample_scene(self, rng: np.random.Generator, part: SceneConfig | None = None) -> Scene:
        return sample_scene(rng, part or WHOLE_WORLD)

    def caption(self, scene: Scene, rng: np.random.Generator, *, language: str, detail: str) -> str:
        return caption(scene, rng, language=language, detail=detail)

    def simulate(self, scene: Scene, *, seconds: float, fps: float | None = None) -> Rollout:
        return simulate(scene, seconds=seconds, fps=fps or self.fps)

    def renderer(self, width: int, height: int) -> Renderer:
        return Renderer(width=width, height=height)

    def samples(
        self,
        *,
        seeds: Iterable[int],
        part: SceneConfig,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
        bridges: int = 0,
    ) -> Iterator[Sample[Scene]]:
        return CLIPS.samples(
            seeds=seeds,
            part=part,
            seconds=seconds,
            fps=fps,
            size=size,
            shots=shots,
            twins=twins,
            bridges=bridges,
        )

    def describe(self, picture: np.ndarray, language: str) -> str:
        return describe(picture, language)


WORLD = Tabletop()
