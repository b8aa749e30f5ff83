"""The candidates that every exam has: the model, the true clips, and these after the codec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sorairo.exam.question import Answer, Question, Sampling, Truth
from sorairo.exam.scene_question import ClipQuestion, ClipTruth
from sorairo.generation.engine import Engine
from sorairo.generation.tasks.text import text_to_video
from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class ModelCandidate:
    """The model's own answers. Several questions are answered as one batch."""

    engine: Engine
    sampling: Sampling

    def __call__(self, question: Question, truth: Any) -> Answer:
        return question.ask(self.engine, truth, self.sampling)

    def answer_batch(self, asked: Sequence[tuple[ClipQuestion, ClipTruth]]) -> list[Answer]:
        requests = [
            question.request(truth, self.sampling, fps=self.engine.spec.fps)
            for question, truth in asked
        ]
        return [[clip] for clip in self.engine.make_together(requests)]


def true_answer(_question: Question, truth: Truth) -> Answer:
    """The true clips. What they fall short of a full score is the judge's error."""
    return truth.answer


@dataclass(frozen=True, kw_only=True)
class CodecCandidate:
    """The true clips, encoded and decoded: the best that a model with this codec can do."""

    engine: Engine

    def __call__(self, question: Question, truth: Truth) -> Answer:
        return [through_codec(self.engine, clip) for clip in truth.answer]


def through_codec(engine: Engine, clip: Clip) -> Clip:
    """The clip encoded and decoded again. Its sides must be multiples of the model's patches."""
    spec = engine.spec
    size = clip.width, clip.height
    layout = text_to_video("", spec=spec, size=size, num_frames=clip.num_frames)
    total = len(layout.latent_frames()) * spec.frames_per_latent_frame
    after = total - layout.padding_frames - clip.num_frames
    padding = ((layout.padding_frames, after), (0, 0), (0, 0), (0, 0))
    latents = engine.encode(np.pad(clip.frames, padding, mode="edge"))
    return Clip(frames=engine.decode(layout, latents), fps=clip.fps)
