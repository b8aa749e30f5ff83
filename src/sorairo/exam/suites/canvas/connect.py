"""Connecting two clips: both ends must stay exact, and nothing between them may look like a cut.

A cut is a change far beyond the other changes of the bridge. "inside" compares with the usual
change of the whole clip: between two different clips in which little moves, even an even cross-fade
has 4.5 times that in every frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.exam.held_out_scenes import ENDLESS, STILL, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import sharpest
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip

GIVEN, BRIDGE = 2.0, 2.0  # seconds of each given clip, and of what is made between them
FIRST_SCENE = 5000


@dataclass(frozen=True, kw_only=True)
class Bridge(Question):
    """Asks for the transition from one clip into another."""

    prompts: tuple[str, str]
    before: Clip = field(repr=False)
    after: Clip = field(repr=False)

    def truth(self) -> KnownAnswer:
        """A cross-fade, which is always possible."""
        count = round(BRIDGE * self.before.fps)
        weight = (np.arange(1, count + 1) / (count + 1))[:, None, None, None]
        last, first = self.before.frames[-1:], self.after.frames[:1]
        fade = ((1 - weight) * last + weight * first).round().astype(np.uint8)
        frames = np.concatenate([self.before.frames, fade, self.after.frames])
        return KnownAnswer(answer=[Clip(frames=frames, fps=self.before.fps)])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        options = sampling.options(self.seed)
        return [model.connect(self.before, self.after, self.prompts, seconds=BRIDGE, **options)]


def questions(count: int) -> list[Bridge]:
    """Alternates between two different scenes and one scene at two times."""
    return [_question(index) for index in range(count)]


def _question(index: int) -> Bridge:
    same = index % 2 == 1
    one, other = scenes(2, ENDLESS if same else STILL, skip=FIRST_SCENE + 2 * index)
    true = film(one, 2 * GIVEN + BRIDGE)
    count = round(GIVEN * true.fps)
    after = Clip(frames=true.frames[-count:], fps=true.fps) if same else film(other, GIVEN)
    prompts = (prompt_of(one), prompt_of(one if same else other))
    return Bridge(
        key=f"connect-{index:04d}",
        prompt=" | ".join(prompts),
        seed=index,
        prompts=prompts,
        before=Clip(frames=true.frames[:count], fps=true.fps),
        after=after,
    )


def judge(question: Bridge, answer: Answer, truth: Truth) -> Verdict:
    del truth
    frames, before, after = answer[0].frames, question.before.frames, question.after.frames
    first, last = len(before) - 1, len(frames) - len(after)
    exact = np.array_equal(frames[: len(before)], before)
    exact = exact and np.array_equal(frames[last:], after)
    return {
        "ends exact": float(exact),
        "sharpest inside": sharpest(frames, first, last),
        "sharpest of the bridge": sharpest(frames[first : last + 1], 0, last - first),
    }


SUITE = Suite(
    name="connect",
    title="Connect two clips",
    count=16,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="ends exact", least=1.0, share=True),
        Goal(measure="sharpest inside", of="median"),
        Goal(measure="sharpest inside", of="highest"),
        Goal(measure="sharpest of the bridge", of="median"),
        Goal(measure="sharpest of the bridge", of="highest", most=3.0),
    ),
    **CAPABILITY,
)
