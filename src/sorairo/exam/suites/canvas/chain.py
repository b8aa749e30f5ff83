"""Ten extensions in a row: is the object still right, and how far has the brightness drifted?

Each chain is made twice: from the pixels of the clip so far ("pixels"), and with the latents of its
end passed on ("kept").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sorairo.exam.held_out_scenes import ENDLESS, FPS, film, prompt_of, scenes
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import brightness
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.scene import Scene

EXTENSIONS, SECONDS = 10, 2.0  # in a row; of each
FIRST_SCENE = 3000
ABOUT = {False: "from pixels", True: "latents kept"}


@dataclass(frozen=True, kw_only=True)
class Chain(Question):
    """Asks to extend a clip ten times."""

    scene: Scene
    keep: bool
    """Whether the latents of the end are passed on to the next extension."""
    start: Clip = field(repr=False)
    """The true clip that is extended."""

    def truth(self) -> KnownAnswer:
        return KnownAnswer(answer=[film(self.scene, SECONDS * (EXTENSIONS + 1))])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        clip = self.start
        for index in range(EXTENSIONS):
            options = sampling.options(100 * self.seed + index)
            clip = model.extend(
                clip, self.prompt, forward=SECONDS, keep_latents=self.keep, **options
            )
        return [clip]


def questions(count: int) -> list[Chain]:
    """Scenes that never come to rest; first all from pixels, then all with kept latents."""
    found = scenes(count, ENDLESS, skip=FIRST_SCENE)
    starts = [film(scene, SECONDS) for scene in found]
    return [
        Chain(
            key=f"chain-{index:04d}-{'kept' if keep else 'pixels'}",
            prompt=prompt_of(scene),
            seed=index,
            about=ABOUT[keep],
            scene=scene,
            keep=keep,
            start=start,
        )
        for keep in (False, True)
        for index, (scene, start) in enumerate(zip(found, starts, strict=True))
    ]


def judge(question: Chain, answer: Answer, truth: Truth) -> Verdict:
    """Looks at the last two seconds."""
    del truth
    (clip,) = answer
    last = clip.frames[-2 * round(FPS) :]
    begun = brightness(question.start.frames)
    end = "kept" if question.keep else "pixels"
    found = {f"drift, {end}": abs(brightness(last) - begun) / begun}
    return found | {
        f"{name}, {end}": value for name, value in set_right(last, question.scene).items()
    }


SUITE = Suite(
    name="chain",
    title="Ten extensions in a row",
    count=16,
    quick=4,
    any_rate=True,
    questions=questions,
    judge=judge,
    goals=tuple(
        goal
        for end in ("pixels", "kept")
        for goal in (
            Goal(measure=f"drift, {end}", of="median", most=0.03),
            Goal(measure=f"object set, {end}", least=0.8, share=True),
            Goal(measure=f"one object, {end}", share=True),
            Goal(measure=f"color, {end}", share=True),
            Goal(measure=f"shape, {end}", share=True),
        )
    ),
    **CAPABILITY,
)
