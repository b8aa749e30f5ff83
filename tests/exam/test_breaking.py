"""M3b: true clips pass, and clips in which the break is missing, wrong or late do not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sorairo.exam.candidates.lifelike_controls import LIFELIKE_CONTROLS
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.lifelike_question import LifelikeTruth
from sorairo.exam.registry import SUITES
from sorairo.exam.statistics import Verdict
from sorairo.exam.suites.lifelike.breaking import BREAKING, EVENTS
from sorairo.video import Clip
from sorairo.world.tabletop.fitting.fit_observer import Degradation

SUITE = SUITES["M3b"]


@cache
def truths() -> list[LifelikeTruth]:
    """One of each event."""
    return [question.truth() for question in SUITE.questions(len(EVENTS))]


def verdicts(who: str) -> list[Verdict]:
    answer = LIFELIKE_CONTROLS["M3b"].get(who, true_answer)
    return [SUITE.judge(t.question, answer(t.question, t), t) for t in truths()]


def test_true_clips_pass():
    assert [each["all"] for each in verdicts("truth")] == [1.0] * len(EVENTS)


def test_true_clips_pass_that_are_as_soft_as_those_of_a_model():
    soft, rng = Degradation(blur=0.8, noise=3.0), np.random.default_rng(0)
    for truth in truths():
        clip = Clip(frames=soft(truth.clip.frames, rng), fps=12.0)
        assert SUITE.judge(truth.question, [clip], truth)["all"] == 1.0, truth.question.about


@pytest.mark.parametrize("wrong", ["frozen", "noise", "dark"])
def test_a_clip_in_which_nothing_is_seen_to_happen_is_detected(wrong: str):
    assert [each["all"] for each in verdicts(wrong)] == [0.0] * len(EVENTS)


@pytest.mark.parametrize("wrong", ["noise", "dark"])
def test_a_broken_picture_is_no_broken_pane(wrong: str):
    """Though the pane is seen to be gone in it, and in time."""
    assert verdicts(wrong)[0]["in time"] == 1.0
    assert [each["rest stays"] for each in verdicts(wrong)] == [0.0] * len(EVENTS)
    assert [each["rest stays"] for each in verdicts("truth")] == [1.0] * len(EVENTS)


@pytest.mark.parametrize("event", ["miss", "smash"])
def test_the_other_outcome_is_detected(event: str):
    truth = next(each for each in truths() if each.question.about == event)
    answer = LIFELIKE_CONTROLS["M3b"]["other outcome"](truth.question, truth)
    assert SUITE.judge(truth.question, answer, truth)["all"] == 0.0


def test_a_break_without_a_hit_is_detected():
    for truth, verdict in zip(truths(), verdicts("late"), strict=True):
        if truth.question.scene.event in BREAKING:
            assert (verdict["breaks"], verdict["in time"], verdict["all"]) == (1.0, 0.0, 0.0)


def test_questions_are_of_all_events_and_keep_their_keys():
    few, more = SUITE.questions(5), SUITE.questions(9)
    assert [question.about for question in few] == [*EVENTS, EVENTS[0]]
    assert [q.key for q in few] == [q.key for q in more[:5]]
    assert len({(q.about, q.scene.seed) for q in more}) == 9
    for question in few:
        assert question.prompt
        assert question.scene.shot.camera == "still"
