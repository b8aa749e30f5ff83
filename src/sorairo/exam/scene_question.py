"""Questions about a scene of the simulator, and the simulator's ground truth for the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from sorairo.exam.held_out_scenes import FPS, SIDE, film_of, masks_of, prompt_of
from sorairo.exam.perception.tracking import Seen, see
from sorairo.exam.question import Answer, Question, Sampling
from sorairo.generation.api import Capabilities
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.scene import Scene


@dataclass(frozen=True, kw_only=True)
class ClipQuestion(Question):
    """Asks for one clip, from a prompt and possibly its first frames.

    An answer needs nothing but a prompt and frames, so clips of other models and baselines can be
    compared with the model.
    """

    same_beginning: ClassVar[bool] = True
    """Whether a shorter clip of the same scene begins with the same frames, so that the given ones
    can be drawn alone."""

    seconds: float
    """The length of the clip, given frames included."""
    given: int = 0
    """How many true frames the model gets: 0 none, 1 a picture, more the beginning of a clip."""

    @property
    def num_frames(self) -> int:
        return round(self.seconds * FPS)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the true clip."""
        return SIDE, SIDE

    @abstractmethod
    def truth(self) -> ClipTruth: ...

    def ask(self, model: Capabilities, truth: ClipTruth, sampling: Sampling) -> Answer:
        return [model.make(*self.request(truth, sampling, fps=model.spec.fps))]

    def request(
        self, truth: ClipTruth, sampling: Sampling, *, fps: float
    ) -> tuple[Request, list[Clip]]:
        """The request to a model and the clips that belong to it; `fps` is the model's own rate."""
        options = {"prompt": self.prompt, **sampling.options(self.seed)}
        if not self.given:
            return GenerateRequest(seconds=self.seconds, fps=fps, **options), []
        if self.given == 1:
            return AnimateRequest(seconds=self.seconds, **options), [truth.given]
        forward = (self.num_frames - self.given) / FPS
        return ExtendRequest(forward=forward, **options), [truth.given]


@dataclass(frozen=True)
class ClipTruth(ABC):
    """What the simulator makes of a question. Everything is computed on first access."""

    question: ClipQuestion

    @cached_property
    @abstractmethod
    def clip(self) -> Clip:
        """The true clip."""

    @property
    def answer(self) -> Answer:
        return [self.clip]

    @property
    def given(self) -> Clip:
        """The true frames that the model gets with the question."""
        return Clip(frames=self.clip.frames[: self.question.given], fps=FPS)


@dataclass(frozen=True, kw_only=True)
class SceneQuestion(ClipQuestion):
    """Asks for a clip of a scene of the table-top world."""

    scene: Scene
    """The scene that the prompt describes."""

    def truth(self) -> SceneTruth:
        return SceneTruth(self)


def scene_questions(
    suite: str, scenes: Sequence[Scene], *, seconds: float, given: int = 0
) -> list[SceneQuestion]:
    """A question for each scene, in a wording that no caption of the training data has."""
    return [
        SceneQuestion(
            key=f"{suite}-{index:04d}",
            scene=scene,
            prompt=prompt_of(scene, index),
            seed=index,
            seconds=seconds,
            given=given,
        )
        for index, scene in enumerate(scenes)
    ]


@dataclass(frozen=True)
class SceneTruth(ClipTruth):
    """What the simulator makes of a scene of the table-top world."""

    question: SceneQuestion

    @cached_property
    def rollout(self) -> Rollout:
        """The simulated states."""
        return simulate(self.question.scene, seconds=self.question.seconds, fps=FPS)

    @cached_property
    def clip(self) -> Clip:
        """The true clip."""
        return film_of(self.rollout)

    @cached_property
    def seen(self) -> Seen:
        """What the parser sees in the true clip."""
        return see(self.clip.frames, self.question.scene.look)

    @cached_property
    def masks(self) -> np.ndarray:
        """The bodies' outlines, uint8 [F, H, W], 0 where no body is."""
        return masks_of(self.rollout)
