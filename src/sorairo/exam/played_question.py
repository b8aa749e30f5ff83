"""Questions about a game of Crafter whose actions are given, and what answers them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from sorairo.exam.question import Answer, Question, Sampling
from sorairo.generation.api import Capabilities
from sorairo.models.crafter.dream import Dream
from sorairo.video import Clip
from sorairo.world.crafter.names import FPS
from sorairo.world.crafter.perception import Reading, read_picture
from sorairo.world.crafter.rollouts import Game, play
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start


@dataclass(frozen=True, kw_only=True)
class PlayQuestion(Question):
    """Asks for the pictures that follow on given ones, for given actions."""

    world: int
    """The seed of the world."""
    start: Start
    actions: tuple[int, ...]
    """All actions of the game, those of the given pictures included."""
    given: int
    """How many pictures are given, after the first one."""
    anchored: bool = False
    """Whether the model is told what is true at each step (anchored mode)."""

    def truth(self) -> PlayTruth:
        return PlayTruth(self)

    def ask(self, model: Capabilities, truth: Any, sampling: Sampling) -> Answer:
        raise TypeError("games are played by a candidate of their own")


@dataclass(frozen=True)
class PlayTruth:
    """The game that the simulator plays. Index 0 is the last given picture, index h the picture at
    horizon h."""

    question: PlayQuestion

    @cached_property
    def game(self) -> Game:
        question = self.question
        return play(Simulator(), question.world, question.start, question.actions)

    @cached_property
    def pictures(self) -> np.ndarray:
        """All pictures, uint8 [F, 72, 72, 3]."""
        return self.game.frames()

    @cached_property
    def asked(self) -> Clip:
        """The true pictures from the last given one on."""
        return Clip(frames=self.pictures[self.question.given :], fps=FPS)

    @property
    def answer(self) -> Answer:
        return [self.asked]

    @cached_property
    def readings(self) -> list[Reading]:
        """What the judge reads in the true pictures that are asked for."""
        return [read_picture(picture) for picture in self.asked.frames]


@dataclass(frozen=True, kw_only=True)
class DreamCandidate:
    """The model's dream of a game."""

    dream: Dream
    steps: int | None = None

    def __call__(self, question: PlayQuestion, truth: PlayTruth) -> Answer:
        """The last given picture, then the dreamed ones; the comment holds
        the seconds that a picture took."""
        game, dream = truth.game, self.dream
        generator = torch.Generator().manual_seed(question.seed)
        anchored = question.anchored
        shown = dream.start(truth.pictures[0], state=game.states[0] if anchored else None)
        for frame in range(1, question.given + 1):
            shown = dream.show(game.actions[frame], truth.pictures[frame])
        frames, begun = [shown], time.perf_counter()
        for frame in range(question.given + 1, len(game)):
            state = game.states[frame] if anchored else None
            frames.append(
                dream.step(game.actions[frame], state=state, steps=self.steps, generator=generator)
            )
        spent = (time.perf_counter() - begun) / max(1, len(frames) - 1)
        comment = json.dumps({"seconds": spent})
        return [Clip(frames=np.stack(frames), fps=FPS, metadata={"comment": comment})]


@dataclass(frozen=True, kw_only=True)
class TileCodecCandidate:
    """The true pictures, encoded and decoded: the best that a model with this codec can do."""

    dream: Dream

    def __call__(self, question: PlayQuestion, truth: PlayTruth) -> Answer:
        with torch.inference_mode():
            frames = [self.dream.decode(self.dream.encode(each)) for each in truth.asked.frames]
        return [Clip(frames=np.stack(frames), fps=FPS)]


def frozen_picture(question: PlayQuestion, truth: PlayTruth) -> Answer:
    """The last given picture, for ever."""
    frames = truth.asked.frames
    return [Clip(frames=frames[:1].repeat(len(frames), 0), fps=FPS)]


def seconds_a_picture(answer: Sequence[Clip]) -> float:
    """What an answer says it took; NaN where it does not."""
    comment = answer[0].metadata.get("comment", "")
    return float(json.loads(comment)["seconds"]) if comment else float("nan")


def readings_of(answer: Sequence[Clip]) -> list[Reading]:
    """What the judge reads in the pictures of an answer."""
    return [read_picture(picture) for picture in answer[0].frames]
