"""The quick set of the speedrun: scenes with one object, in English, in Chinese, and as falls.

A clip from a prompt scores nothing unless it shows one object throughout that moves as the prompt
says. If it does, it scores a third for each of: its colour, its shape, the floor ("english",
"chinese": the mean over all prompts). "drop" has the questions of M2: 1 minus the distance of the
object from its true place, divided by the distance that it would have if it had stayed where the
given frame shows it; 0 if that is negative. "score" is the mean of the three. "all right" is the
share of the prompts of which everything is right.

True clips have nearly 1. A picture that stays has 0, and so have noise and empty clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.exam.held_out_scenes import prompt_of, scenes
from sorairo.exam.perception.tracking import masks_seen, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.world.drop import DROPS, LOST
from sorairo.world.tabletop.perception.observer import judge as judge_observation
from sorairo.world.tabletop.perception.observer import observe
from sorairo.world.tabletop.perception.prompt_cases import target_of
from sorairo.world.tabletop.scene import FIRST_LIGHT, Scene

SCENES = 48
SEEDS, DROP_SEEDS = 31_000, 31_500
PROMPT_SECONDS, DROP_SECONDS = 4.0, 2.0
LANGUAGES = {"english": "en", "chinese": "zh"}
GATES, MARKS = ("one_object", "motion"), ("color", "shape", "floor")
PARTS = (*LANGUAGES, "drop")


def questions(count: int) -> list[SceneQuestion]:
    """For `count` scenes a prompt in each language, and as many other scenes that fall."""
    asked = scenes(count, FIRST_LIGHT, skip=SEEDS)
    prompts = [
        _question(i, scene, about, seconds=PROMPT_SECONDS)
        for about in LANGUAGES
        for i, scene in enumerate(asked)
    ]
    falls = scenes(count, DROPS, skip=DROP_SEEDS)
    return prompts + [
        _question(i, scene, "drop", seconds=DROP_SECONDS, given=1) for i, scene in enumerate(falls)
    ]


def _question(
    index: int, scene: Scene, about: str, *, seconds: float, given: int = 0
) -> SceneQuestion:
    return SceneQuestion(
        key=f"speedrun-{index:04d}-{about}",
        prompt=prompt_of(scene, index, language=LANGUAGES.get(about, "en")),
        seed=index,
        about=about,
        scene=scene,
        seconds=seconds,
        given=given,
    )


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    look = question.scene.look
    if question.about == "drop":
        return _fall(clip.frames, question, truth)
    target = target_of(question.scene)
    right = judge_observation(observe(clip.frames, fps=clip.fps, look=look), target)
    found = {name: float(right[name]) for name in (*GATES, *MARKS)}
    score = min(found[name] for name in GATES) * float(np.mean([found[name] for name in MARKS]))
    return {question.about: score, "all right": min(found.values()), **found}


def _fall(frames: np.ndarray, question: SceneQuestion, truth: SceneTruth) -> Verdict:
    """How far the object is from its true place, and how far one that stays would be: means over
    the frames in which it can be seen, in diagonals."""
    true, track = masks_seen(truth.masks).track, see(frames, question.scene.look).track
    visible = ~np.isnan(true[:, 0])
    visible[: question.given] = False
    away = np.nan_to_num(np.linalg.norm(track - true, axis=1) / np.sqrt(2), nan=LOST)
    still = np.linalg.norm(true - true[0], axis=1) / np.sqrt(2)
    return {"distance": float(away[visible].mean()), "still": float(still[visible].mean())}


def drop_of(verdicts: Sequence[Verdict]) -> float:
    """The part "drop" of verdicts, NaN without any of falls."""
    falls = [(each["distance"], each["still"]) for each in verdicts if "distance" in each]
    if not falls:
        return float("nan")
    distance, still = np.sum(falls, axis=0)
    return max(0.0, float(1 - distance / still))


def score_of(verdicts: Sequence[Verdict]) -> float:
    """The mean of the parts, 0 to 1; NaN where a part has no question."""
    spoken = [
        float(np.mean([each[about] for each in verdicts if about in each] or [np.nan]))
        for about in LANGUAGES
    ]
    return float(np.mean([*spoken, drop_of(verdicts)]))


SUITE = Suite(
    name="speedrun",
    title="The quick set of the speedrun",
    count=SCENES,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="score"),
        *(Goal(measure=part) for part in PARTS),
        Goal(measure="all right", share=True),
        *(Goal(measure=name, share=True) for name in (*GATES, *MARKS)),
    ),
    joint={"score": score_of, "drop": drop_of},
)
