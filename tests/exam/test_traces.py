"""M5b: true clips pass, and clips that lose or move the trace, or do not look away, do not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sorairo.exam.candidates.lifelike_controls import LIFELIKE_CONTROLS
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.perception.trace_seen import trace_chance
from sorairo.exam.registry import SUITES
from sorairo.exam.statistics import Verdict
from sorairo.exam.suites.lifelike.traced_scene import FRAMES, GIVEN, TracedTruth, moved_trace
from sorairo.exam.suites.lifelike.traces import EVENTS
from sorairo.video import Clip
from sorairo.world.tabletop.fitting.fit_observer import Degradation

SUITE, CONTROLS = SUITES["M5b"], LIFELIKE_CONTROLS["M5b"]
KINDS = tuple(EVENTS.values())


@cache
def truth_of(kind: str) -> TracedTruth:
    question = next(q for q in SUITE.questions(len(KINDS)) if q.about == kind)
    return question.truth()


def verdict(kind: str, who: str) -> Verdict:
    truth = truth_of(kind)
    answer = {"truth": true_answer, **CONTROLS}[who](truth.question, truth)
    return SUITE.judge(truth.question, answer, truth)


def test_a_true_clip_passes_and_each_control_fails_by_what_is_wrong():
    assert verdict("bite", "truth")["all"] == 1.0
    for who, wrong in {
        "trace gone": "trace stays",
        "trace elsewhere": "trace stays",
        "camera stays": "turns away",
        "frozen": "turns away",
        "noise": "trace stays",
    }.items():
        found = verdict("bite", who)
        assert (found[wrong], found["all"]) == (0.0, 0.0), who


def test_a_true_clip_passes_that_is_as_soft_as_one_of_a_model():
    truth, soft = truth_of("bite"), Degradation(blur=0.9, noise=4.0)
    clip = Clip(frames=soft(truth.clip.frames, np.random.default_rng(0)), fps=12.0)
    assert SUITE.judge(truth.question, [clip], truth)["all"] == 1.0


@pytest.mark.parametrize("kind", ["track", "stroke", "shards"])
def test_other_traces_are_seen_too(kind: str):
    there, gone = truth_of(kind).ends
    soft, rng = Degradation(blur=0.9, noise=4.0), np.random.default_rng(0)
    assert trace_chance(soft(there, rng), there, gone) > 0.5
    assert trace_chance(soft(gone, rng), there, gone) < 0.5
    move = (10, 0) if kind == "track" else (0, 10)
    assert trace_chance(soft(moved_trace(there, gone, move), rng), there, gone) < 0.5


def test_questions_are_of_all_kinds_and_keep_their_keys():
    few, more = SUITE.questions(5), SUITE.questions(9)
    assert [question.about for question in few] == [*KINDS, KINDS[0]]
    assert [q.key for q in few] == [q.key for q in more[:5]]
    assert all("The camera turns to the" in question.prompt for question in few)
    assert {(question.num_frames, question.given) for question in few} == {(FRAMES, GIVEN)}


def test_the_given_frames_do_not_depend_on_the_rest():
    truth = truth_of("stroke")
    short = type(truth.question)(**{**vars(truth.question), "seconds": GIVEN / 12}).truth()
    assert len(short.rollout) == GIVEN
    for one, other in zip(short.rollout.cameras, truth.rollout.cameras, strict=False):
        assert one == other
    assert np.array_equal(short.rollout.positions, truth.rollout.positions[:GIVEN])
