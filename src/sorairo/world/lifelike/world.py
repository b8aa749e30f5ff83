"""The lifelike world behind `world.protocol.World`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sorairo.world.clips import ClipMaker
from sorairo.world.lifelike.filming.stories import changed, sample_shots
from sorairo.world.lifelike.filming.transitions import return_to_start, rollouts_across
from sorairo.world.lifelike.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.lifelike.language.service import LANGUAGE, LifelikeLanguage
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import WHOLE_WORLD, sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate
from sorairo.world.protocol import Sample, Size
from sorairo.world.registry import LIFELIKE

CLIPS: ClipMaker[Scene, SceneConfig, Rollout] = ClipMaker(
    story=sample_shots,
    changed=changed,
    simulate=lambda scene, seconds, fps: simulate(scene, seconds=seconds, fps=fps),
    renderer=lambda width, height: Renderer(width=width, height=height),
    across=rollouts_across,
    back=return_to_start,
)


class Lifelike:
    """People, named things, and cause and effect, in the light of real places. No player."""

    name: str = "lifelike"
    fps: float = LIFELIKE.fps
    sizes: tuple[Size, ...] = LIFELIKE.sizes
    actions: tuple[str, ...] = ()
    text_languages: tuple[str, ...] = LANGUAGES
    caption_details: tuple[str, ...] = DETAILS
    language: LifelikeLanguage = LANGUAGE

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
        """Empty text: pictures are not recognised yet."""
        return ""


WORLD = Lifelike()
