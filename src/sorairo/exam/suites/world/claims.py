"""Prompts about one object, in English and Chinese: does the clip show what the prompt says?

One object of the right colour and shape must be visible in nearly every frame, move as the prompt
says, and be on the right floor. In the last second, which is judged alone, it must still be one
object of that colour and shape. "all" is everything but the floor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.exam.held_out_scenes import drawn
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.language.captions import LANGUAGES
from sorairo.world.tabletop.perception.observer import judge as judge_observation
from sorairo.world.tabletop.perception.observer import judge_end, observe
from sorairo.world.tabletop.perception.prompt_cases import claims_prompts, target_of
from sorairo.world.tabletop.scene import FIRST_LIGHT

SECONDS = 4.0
MEASURES = ("one_object", "color", "shape", "motion")  # without the floor
END_MEASURES = ("one_object_end", "color_end", "shape_end")  # of the last second alone


def questions(
    count: int,
    *,
    seed: int = 0,
    languages: Sequence[str] = LANGUAGES,
    seconds: float = SECONDS,
) -> list[SceneQuestion]:
    """The same `count` scenes in each language; `seed` chooses the scenes."""
    return [
        SceneQuestion(
            key=f"claims-{index:04d}-{language}",
            prompt=claim.prompt,
            seed=index,
            about=language,
            scene=drawn(claim.scene),
            seconds=seconds,
        )
        for language in languages
        for index, claim in enumerate(
            claims_prompts(FIRST_LIGHT, count, np.random.default_rng(seed), language)
        )
    ]


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    del truth
    (clip,) = answer
    target, second, look = target_of(question.scene), max(1, round(clip.fps)), question.scene.look
    right = judge_observation(observe(clip.frames, fps=clip.fps, look=look), target)
    right |= judge_end(observe(clip.frames[-second:], fps=clip.fps, look=look), target)
    verdict = {name: float(right[name]) for name in (*MEASURES, *END_MEASURES, "floor")}
    return verdict | {"all": min(verdict[name] for name in (*MEASURES, *END_MEASURES))}


SUITE = Suite(
    name="claims",
    title="Prompts about one object",
    count=128,
    quick=8,
    batch_size=1,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="one_object", least=0.9, share=True),
        Goal(measure="color", least=0.9, share=True),
        Goal(measure="shape", least=0.8, share=True),
        Goal(measure="motion", least=0.7, share=True),
        Goal(measure="one_object_end", least=0.9, share=True),
        Goal(measure="color_end", least=0.9, share=True),
        Goal(measure="shape_end", least=0.8, share=True),
        Goal(measure="floor", share=True),
        Goal(measure="all", share=True),
    ),
    columns=("model", "truth", "codec", "nearest clip"),
)
