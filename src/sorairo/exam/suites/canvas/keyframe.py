"""Keyframes: pictures of a true clip are given at their times.

"beside" compares the frames next to a picture with the true ones there (60 dB for the truth itself;
the codec's value is the best that a model can reach).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sorairo.exam.held_out_scenes import STILL, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import psnr, sharpest
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip

SECONDS = 4.0
KEYS = (0, 18, 36)  # frames that are given as pictures
FIRST_SCENE = 8000


@dataclass(frozen=True, kw_only=True)
class Keyed(Question):
    """Asks for a clip that passes through given pictures."""

    true: Clip = field(repr=False)
    """The true clip that the pictures are from."""

    def truth(self) -> KnownAnswer:
        return KnownAnswer(answer=[self.true])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        pictures = [
            (at / self.true.fps, Clip(frames=self.true.frames[at : at + 1], fps=self.true.fps))
            for at in KEYS
        ]
        options = sampling.options(self.seed)
        return [model.animate(pictures, self.prompt, seconds=SECONDS, **options)]


def questions(count: int) -> list[Keyed]:
    return [
        Keyed(
            key=f"keyframe-{index:04d}",
            prompt=prompt_of(scene),
            seed=index,
            true=film(scene, SECONDS),
        )
        for index, scene in enumerate(scenes(count, STILL, skip=FIRST_SCENE))
    ]


def judge(question: Keyed, answer: Answer, truth: Truth) -> Verdict:
    del truth
    frames, true = answer[0].frames, question.true.frames
    beside = [at + step for at in KEYS for step in (-1, 1) if at + step >= 0]
    return {
        "beside, dB": sum(psnr(frames[i], true[i]) for i in beside) / len(beside),
        "sharpest": max(
            sharpest(frames, max(0, at - 2), min(at + 2, len(frames) - 1)) for at in KEYS
        ),
    }


SUITE = Suite(
    name="keyframe",
    title="Keyframes",
    count=16,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="beside, dB", below_codec=1.0),
        Goal(measure="sharpest", of="median"),
    ),
    **CAPABILITY,
)
