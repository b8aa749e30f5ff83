"""What is asked in the exam, and what the simulator knows about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sorairo.exam.held_out_scenes import FPS, film_of, masks_of, prompt_of
from sorairo.exam.perception.tracking import Seen, see
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Question:
    """A clip of `seconds` of a scene, asked for by `prompt`, the first `given` true frames being
    shown (0: none, 1: a picture). `key` names it in files; `seed` is the model's; `about` says what
    it is judged by, where a suite has several kinds."""

    key: str
    scene: Scene
    prompt: str
    seed: int
    seconds: float
    given: int = 0
    about: str = ""

    @property
    def num_frames(self) -> int:
        return round(self.seconds * FPS)

    @property
    def label(self) -> str:
        return f"{self.key}  {self.prompt}"


def ask(suite: str, scenes: Sequence[Scene], *, seconds: float, given: int = 0) -> list[Question]:
    """A question for each scene, in a wording that no caption has."""
    return [
        Question(
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
class Truth:
    """What the simulator makes of a question's scene, made when it is looked at."""

    question: Question

    @cached_property
    def rollout(self) -> Rollout:
        return simulate(self.question.scene, seconds=self.question.seconds, fps=FPS)

    @cached_property
    def clip(self) -> Clip:
        return film_of(self.rollout)

    @cached_property
    def seen(self) -> Seen:
        """What the parser sees in the clip."""
        return see(self.clip.frames)

    @cached_property
    def masks(self) -> np.ndarray:
        """uint8 [F, H, W], 0 where no body is."""
        return masks_of(self.rollout)

    @property
    def given(self) -> Clip:
        """The frames that are shown with the question."""
        return Clip(frames=self.clip.frames[: self.question.given], fps=FPS)
