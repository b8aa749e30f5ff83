"""A world made of its parts: scenes, captions, a simulator and a renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np

from sorairo.world.clips import ClipMaker, PartT, RolloutT, SceneT
from sorairo.world.protocol import Language, Renderer, Sample, Size
from sorairo.world.registry import WorldEntry


def recognises_nothing(_picture: np.ndarray, _language: str) -> str:
    """Empty text: of a world that does not recognise pictures."""
    return ""


@dataclass(frozen=True, kw_only=True)
class SimulatedWorld(Generic[SceneT, PartT, RolloutT]):
    """A `World` without a player."""

    name: str
    """The name in the registry."""
    entry: WorldEntry
    """Its entry there."""
    text_languages: tuple[str, ...]
    caption_details: tuple[str, ...]
    language: Language
    whole: PartT
    """All of the world, from which scenes are drawn unless a part is named."""
    read_scene: Callable[[dict[str, Any]], SceneT]
    """The reverse of `Scene.to_json`."""
    write_caption: Callable[..., str]
    """`World.caption`."""
    clips: ClipMaker[SceneT, PartT, RolloutT]
    recognise: Callable[[np.ndarray, str], str] = recognises_nothing
    """`World.describe`."""

    @property
    def fps(self) -> float:
        return self.entry.fps

    @property
    def sizes(self) -> tuple[Size, ...]:
        return self.entry.sizes

    @property
    def actions(self) -> tuple[str, ...]:
        return ()

    def scene_from_json(self, record: Mapping[str, Any]) -> SceneT:
        return self.read_scene(dict(record))

    def sample_scene(self, rng: np.random.Generator, part: PartT | None = None) -> SceneT:
        return self.clips.story(rng, self.whole if part is None else part, 1)[0]

    def caption(
        self, scene: SceneT, rng: np.random.Generator, *, language: str, detail: str
    ) -> str:
        return self.write_caption(scene, rng, language=language, detail=detail)

    def simulate(self, scene: SceneT, *, seconds: float, fps: float | None = None) -> RolloutT:
        return self.clips.simulate(scene, seconds, fps or self.fps)

    def renderer(self, width: int, height: int) -> Renderer[RolloutT]:
        return self.clips.renderer(width, height)

    def samples(
        self,
        *,
        seeds: Iterable[int],
        part: PartT,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
        bridges: int = 0,
    ) -> Iterator[Sample[SceneT]]:
        return self.clips.samples(
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
        return self.recognise(picture, language)
