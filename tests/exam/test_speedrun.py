"""The quick set of the speedrun: true clips score 1, and what is no clip of the prompt scores 0."""

from __future__ import annotations

import dataclasses
from typing import cast

import numpy as np
import pytest

from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.candidates.negative_controls import teleported
from sorairo.exam.question import Answer
from sorairo.exam.registry import SUITES
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.suites.world.speedrun import drop_of, score_of
from sorairo.video import Clip

SUITE = SUITES["speedrun"]
ASKED = [cast(SceneQuestion, each) for each in SUITE.questions(2)]
QUESTIONS = [(question, question.truth()) for question in ASKED]


def noise(question: SceneQuestion, truth: SceneTruth) -> Answer:
    rng = np.random.default_rng(question.seed)
    frames = rng.integers(0, 256, truth.clip.frames.shape, np.uint8)
    return [Clip(frames=frames, fps=truth.clip.fps)]


def score(candidate) -> float:
    return score_of([SUITE.judge(q, candidate(q, truth), truth) for q, truth in QUESTIONS])


def test_true_clips_have_the_full_score():
    assert score(lambda _question, truth: truth.answer) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("wrong", [frozen, noise, teleported])
def test_controls_score_nothing(wrong):
    assert score(wrong) <= 0.05


def test_a_clip_of_another_scene_with_the_right_motion_has_no_marks_for_what_is_wrong():
    question, truth = QUESTIONS[0]
    (body,) = question.scene.bodies
    other = dataclasses.replace(
        question.scene,
        bodies=(dataclasses.replace(body, color="blue" if body.color != "blue" else "red"),),
    )
    made = dataclasses.replace(question, scene=other).truth().answer
    assert SUITE.judge(question, made, truth)["english"] == pytest.approx(2 / 3)


def test_the_score_is_the_mean_of_its_parts():
    falls = [{"distance": 0.1, "still": 0.2}, {"distance": 0.1, "still": 0.6}]
    assert drop_of(falls) == pytest.approx(0.75)
    assert drop_of([{"distance": 0.5, "still": 0.2}]) == 0
    prompts = [{"english": 1.0}, {"english": 0.0}, {"chinese": 0.25}]
    assert score_of([*prompts, *falls]) == pytest.approx((0.5 + 0.25 + 0.75) / 3)


def test_the_same_scenes_are_asked_in_both_languages_and_no_more_than_others_need():
    few, more = (cast(list[SceneQuestion], SUITE.questions(count)) for count in (1, 3))
    assert [each.key for each in few] == [
        f"speedrun-0000-{p}" for p in ("english", "chinese", "drop")
    ]
    assert {each.key: each for each in few}.items() <= {each.key: each for each in more}.items()
    assert few[0].scene == few[1].scene
    assert few[0].prompt != few[1].prompt
