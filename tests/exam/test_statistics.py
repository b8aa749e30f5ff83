"""Estimates with their intervals, goals, and the text table."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.registry import SUITES
from sorairo.exam.report.text_table import text_table
from sorairo.exam.statistics import Goal, estimate, joint_estimate
from sorairo.exam.suite import JudgedQuestion, SuiteResult
from sorairo.exam.suites.world import simiq


def test_an_interval_holds_the_value_and_shrinks_with_cases():
    rng = np.random.default_rng(0)
    goal = Goal(measure="error")
    few, many = (
        estimate(goal, [{"error": value} for value in rng.normal(3, 1, size=n)]) for n in (8, 200)
    )
    for found in (few, many):
        assert found.low < found.value < found.high
    assert many.high - many.low < few.high - few.low
    assert many.low < 3 < many.high


def test_cases_without_an_answer_do_not_count():
    found = estimate(Goal(measure="a"), [{"a": 1.0}, {"b": 2.0}, {"a": float("nan")}])
    assert (found.value, found.cases) == (1.0, 1)


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (Goal(measure="a", least=0.7, share=True), 0.71, True),
        (Goal(measure="a", least=0.7, share=True), 0.69, False),
        (Goal(measure="a", most=1.5), 1.4, True),
        (Goal(measure="a", least=0.7, most=1.3), 1.4, False),
    ],
)
def test_goals_are_bounds(goal: Goal, value: float, met: bool):
    assert goal.met(value) is met


def test_one_case_fails_a_share_by_a_no():
    goal = Goal(measure="a", least=0.7, share=True)
    assert goal.failed({"a": 0.0})
    assert not goal.failed({"a": 1.0})
    assert not goal.failed({"b": 0.0})
    assert Goal(measure="a", most=1.5).shortfall({"a": 3.0}) == pytest.approx(1.0)


def test_the_table_says_what_is_met():
    goals = (
        Goal(measure="right", least=0.9, share=True),
        Goal(measure="jump", of="highest", most=1.5),
        Goal(measure="beside", below_codec=1.0),
    )
    verdicts = {
        "model": [{"right": 1.0, "jump": 1.0, "beside": 27.5}, {"right": 1.0, "jump": 9.0}],
        "codec": [{"right": 1.0, "jump": 1.0, "beside": 28.0}],
    }
    columns = {
        who: {goal.key: estimate(goal, rows) for goal in goals} for who, rows in verdicts.items()
    }
    right, jump, beside = text_table("given", goals, columns).splitlines()[1:]
    assert right.endswith("yes")
    assert "100 % [34, 100]" in right
    assert jump.startswith("jump (highest)")
    assert jump.endswith("NO")
    assert beside.endswith(">= 27 yes")


def test_a_share_has_wilsons_interval():
    """Wilson (1927): the interval of 8 out of 10 is 49 to 94 %; 16 out of 16 does not give 100
    %."""
    goal = Goal(measure="right", share=True)
    found = estimate(goal, [{"right": float(i < 8)} for i in range(10)])
    assert (found.low, found.value, found.high) == pytest.approx((0.490, 0.8, 0.943), abs=1e-3)
    every = estimate(goal, [{"right": 1.0}] * 16)
    assert (every.low, every.value, every.high) == pytest.approx((0.806, 1.0, 1.0), abs=1e-3)


def test_answers_about_one_scene_are_no_independent_answers():
    """Kish (1965): two answers that always agree have a design effect of about two."""
    goal, scenes = Goal(measure="right", share=True), [f"M6-{i // 2:04d}" for i in range(200)]
    same = [{"right": float(i // 2 < 80)} for i in range(200)]
    twice, apart = estimate(goal, same, scenes), estimate(goal, same)
    once = estimate(goal, same[::2])
    assert (twice.value, twice.cases) == (0.8, 200)
    assert twice.low == pytest.approx(once.low, abs=1e-3) == pytest.approx(0.711, abs=1e-3)
    assert twice.high == pytest.approx(once.high, abs=1e-3) == pytest.approx(0.867, abs=1e-3)
    assert apart.low == pytest.approx(0.739, abs=1e-3)
    assert estimate(goal, same, [str(i) for i in range(200)]) == apart


def test_answers_about_one_scene_that_differ_are_independent():
    goal, scenes = Goal(measure="right", share=True), [f"M6-{i // 2:04d}" for i in range(40)]
    differing = [{"right": float(i % 2)} for i in range(40)]
    assert estimate(goal, differing, scenes) == estimate(goal, differing)


@pytest.mark.parametrize(("scenes", "low"), [("abcdefgh" * 2, 0.676), ("a" * 16, 0.207)])
def test_answers_that_are_all_right_count_by_scenes(scenes: str, low: float):
    """Wilson's interval of 8 out of 8, and of 1 out of 1."""
    found = estimate(Goal(measure="right", share=True), [{"right": 1.0}] * 16, scenes)
    assert (found.low, found.high) == pytest.approx((low, 1.0), abs=1e-3)


@pytest.mark.parametrize("of", ["mean", "median"])
def test_the_bootstrap_draws_scenes(of: str):
    goal, values = Goal(measure="error", of=of), np.random.default_rng(1).normal(size=30)
    once = [{"error": value} for value in values]
    scenes = [str(i) for i in range(30)]
    assert estimate(goal, once, scenes) == estimate(goal, once)
    twice = estimate(goal, [{"other": 1.0}, *once, *once], ["0", *scenes, *scenes])
    found = estimate(goal, once)
    assert (twice.low, twice.high) == pytest.approx((found.low, found.high))
    assert (twice.cases, found.cases) == (60, 30)


def test_the_two_languages_of_a_scene_are_one_cluster_of_m6():
    """A model that reads both languages alike has the interval of one language."""
    rng = np.random.default_rng(0)
    right = rng.integers(0, 2, 27).astype(float)
    judged = [
        JudgedQuestion(question=each, verdicts={"model": {name: right[i // 2]}})
        for i, each in enumerate(SUITES["M6"].questions(27))
        for name in [each.about.partition(", ")[0]]
    ]
    assert [each.question.scene_key for each in judged[:3]] == ["M6-0000", "M6-0000", "M6-0001"]
    both, english = (
        SuiteResult(suite=SUITES["M6"], judged=some).estimates()["model"]
        for some in (judged, judged[::2])
    )
    for measure in ("overall", "six tasks"):
        assert both[measure].low == pytest.approx(english[measure].low)
        assert both[measure].high == pytest.approx(english[measure].high)
        assert both[measure].cases == 2 * english[measure].cases


def test_a_measure_of_all_counts_the_cases_that_it_is_of():
    """M4's clips with one frame given and those with several, of one run."""
    clip = dict.fromkeys((*simiq.METRICS, "error"), 0.5)
    takes = {f"{name}, two takes": value for name, value in clip.items()}
    verdicts = [{**clip, **takes, "given": given} for given in (1.0, 16.0, 16.0)]
    assert joint_estimate(simiq.one_given, verdicts).cases == 1
    assert joint_estimate(simiq.several_given, verdicts).cases == 2
    assert (
        joint_estimate(lambda some: float(len(some)) if len(some) > 1 else np.nan, verdicts).cases
        == 3
    )


def test_two_takes_without_common_motion_require_nothing():
    nothing = dict.fromkeys((*simiq.METRICS, "error"), 0.0)
    takes = {f"{name}, two takes": 0.0 for name in nothing}
    assert simiq.score([{**nothing, **takes, "given": 1.0}]) == 100


def test_the_interval_of_a_distance_near_0_holds_it():
    """No resampled gap of two groups is as small as one that happens to be 0."""
    values = np.random.default_rng(0).normal(size=40)
    verdicts = [{"a": value} for value in values - values.mean()]
    found = joint_estimate(lambda some: abs(float(np.mean([v["a"] for v in some]))), verdicts)
    assert found.low <= found.value < 1e-9 < found.high
