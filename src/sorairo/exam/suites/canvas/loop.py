"""Seamless loops: made from text ("from text"), and made of a given clip ("closed").

"seam" is the change from the last frame to the first, as a multiple of the usual change from frame
to frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.exam.held_out_scenes import film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import pulse, seam, usual
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.scene import Scene

SECONDS = 3.0  # of a loop from text
GIVEN, MADE = 2.0, 2.0  # seconds of a given clip, and of what is made between its ends
FIRST_SCENE = 4000
FROM_TEXT, CLOSED = "from text", "closed"


@dataclass(frozen=True, kw_only=True)
class Cycle(Question):
    """Asks for a seamless loop."""

    scene: Scene
    given: Clip | None = field(default=None, repr=False)
    """The clip to close; None: the loop is made from text."""

    def truth(self) -> KnownAnswer:
        """A true clip forwards and then backwards."""
        true = self.given or film(self.scene, GIVEN)
        frames = np.concatenate([true.frames, true.frames[-2:0:-1]])
        return KnownAnswer(answer=[Clip(frames=frames, fps=true.fps)])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        options = sampling.options(self.seed)
        if self.given is None:
            return [model.generate(self.prompt, seconds=SECONDS, loop=True, **options)]
        return [model.loop(self.given, self.prompt, seconds=MADE, **options)]


def questions(count: int) -> list[Cycle]:
    """A loop from text for each scene, then a closed loop for each scene of the first half."""
    found = scenes(count, skip=FIRST_SCENE)
    made = [
        Cycle(key=f"loop-{i:04d}-text", prompt=prompt_of(s), seed=i, about=FROM_TEXT, scene=s)
        for i, s in enumerate(found)
    ]
    closed = [
        Cycle(
            # Numbered by the scene that completes this number of closed loops.
            key=f"loop-{2 * i + 1:04d}-closed",
            prompt=prompt_of(s),
            seed=i,
            about=CLOSED,
            scene=s,
            given=film(s, GIVEN),
        )
        for i, s in enumerate(found[: max(1, len(found) // 2)])
    ]
    return made + closed


def judge(question: Cycle, answer: Answer, truth: Truth) -> Verdict:
    del truth
    (clip,) = answer
    found = {f"seam, {question.about}": seam(clip.frames), "usual change": usual(clip.frames)}
    return found if question.given else {**found, "pulse": pulse(clip.frames)}


SUITE = Suite(
    name="loop",
    title="Seamless loops",
    count=32,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="seam, from text", of="median"),
        Goal(measure="seam, from text", of="highest", most=1.25),
        Goal(measure="seam, closed", of="median"),
        Goal(measure="seam, closed", of="highest", most=1.25),
        Goal(measure="usual change", of="median"),
        Goal(measure="pulse", of="median"),
    ),
    **CAPABILITY,
)
