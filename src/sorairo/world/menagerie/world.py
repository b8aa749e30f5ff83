"""The menagerie behind `world.protocol.World`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sorairo.world.menagerie.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.menagerie.language.service import LANGUAGE, MenagerieLanguage
from sorairo.world.menagerie.renderer import Renderer
from sorairo.world.menagerie.sampling import WHOLE_WORLD, sample_scene
from sorairo.world.menagerie.scene import Scene, SceneConfig
from sorairo.world.menagerie.simulate import Rollout, simulate
from sorairo.world.protocol import Sample, Size
from sorairo.world.registry import MENAGERIE


class Menagerie:
    """Animals of 0 A.D. (CC-BY-SA-3.0) in the light of real places. No player."""

    name: str = "menagerie"
    fps: float = MENAGERIE.fps
    sizes: tuple[Size, ...] = MENAGERIE.sizes
    actions: tuple[str, ...] = ()
    text_languages: tuple[str, ...] = LANGUAGES
    caption_details: tuple[str, ...] = DETAILS
    language: MenagerieLanguage = LANGUAGE

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
        if twins or bridges or shots != 1:
            raise ValueError("The menagerie makes single shots: no twins and no bridges.")
        renderer = Renderer(width=size[0], height=size[1])
        for seed in seeds:
            scene = sample_scene(np.random.default_rng(seed), part)
            rollout = simulate(scene, seconds=seconds, fps=fps)
            frames, masks = renderer.film(rollout), renderer.masks(rollout)
            yield Sample(frames=frames, masks=masks, scene=scene)

    def describe(self, picture: np.ndarray, language: str) -> str:
        """Empty text: pictures are not recognised yet."""
        return ""


WORLD = Menagerie()
"""The menagerie: animals of 0 A.D. in the light of real places."""
