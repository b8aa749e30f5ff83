"""Questions about scenes of the lifelike world, and the simulator's ground truth for the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from sorairo.exam.candidates.external_clips import conform
from sorairo.exam.scene_question import ClipQuestion, ClipTruth
from sorairo.video import Clip
from sorairo.world.lifelike.language.captions import caption
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate
from sorairo.world.registry import LIFELIKE

FPS = LIFELIKE.fps
SIDE = LIFELIKE.sizes[0][0]


@dataclass(frozen=True, kw_only=True)
class LifelikeQuestion(ClipQuestion):
    """Asks for a clip of a scene of the lifelike world."""

    # Where the camera stands depends on all that happens in a clip.
    same_beginning: ClassVar[bool] = False

    scene: Scene
    """The scene that the prompt describes."""

    @property
    def size(self) -> tuple[int, int]:
        return SIDE, SIDE

    def truth(self) -> LifelikeTruth:
        return LifelikeTruth(self)


@dataclass(frozen=True)
class LifelikeTruth(ClipTruth):
    """What the simulator makes of a scene of the lifelike world."""

    question: LifelikeQuestion

    @cached_property
    def rollout(self) -> Rollout:
        """The simulated states."""
        return simulate(self.question.scene, seconds=self.question.seconds, fps=FPS)

    @cached_property
    def _drawn(self) -> tuple[np.ndarray, np.ndarray]:
        with Renderer(width=SIDE, height=SIDE) as renderer:
            return renderer.film_and_masks(self.rollout)

    @cached_property
    def clip(self) -> Clip:
        """The true clip."""
        return Clip(frames=self._drawn[0], fps=FPS)

    @property
    def masks(self) -> np.ndarray:
        """Which person or thing is visible where, uint8 [F, SIDE, SIDE]: 0 none, people from 1 on,
        then things."""
        return self._drawn[1]

    def framed(self, clip: Clip) -> np.ndarray:
        """The frames of an answer, uint8 [F, SIDE, SIDE, 3], of as many frames as the true clip."""
        return conform(clip, self.clip).frames


def scenes_from(config: SceneConfig, seed: int) -> Iterator[Scene]:
    """The scenes of a part of the world from a seed on. Held-out seeds begin at FIRST_SEED; each
    suite has a range of its own after that: the lifelike ones from 40,000 on, in thousands."""
    while True:
        yield sample_scene(np.random.default_rng(seed), config)
        seed += 1


def still(scene: Scene) -> Scene:
    """The scene filmed by a camera that stands still, without a cut."""
    return dataclasses.replace(
        scene, shot=dataclasses.replace(scene.shot, camera="still"), cut=None
    )


def lifelike_questions(
    suite: str,
    scenes: Sequence[Scene],
    *,
    seconds: float,
    given: Callable[[Scene], int] = lambda _: 0,
    language: str = "en",
) -> list[LifelikeQuestion]:
    """A question for each scene, whose prompt is a full caption."""
    return [
        LifelikeQuestion(
            key=f"{suite}-{index:04d}",
            scene=scene,
            prompt=caption(
                scene, np.random.default_rng((index, 3)), language=language, detail="full"
            ),
            seed=index,
            about=scene.event,
            seconds=seconds,
            given=given(scene),
        )
        for index, scene in enumerate(scenes)
    ]
