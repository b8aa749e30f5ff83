"""Figures, their aims, and how they are told."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.statistics import Aim, figure, figure_of, table
from sorairo.exam.suites.world import simiq


def test_an_interval_holds_the_value_and_shrinks_with_cases():
    rng = np.random.default_rng(0)
    aim = Aim(measure="error")
    few, many = (
        figure(aim, [{"error": value} for value in rng.normal(3, 1, size=n)]) for n in (8, 200)
    )
    for found in (few, many):
        assert found.low < found.value < found.high
    assert many.high - many.low < few.high - few.low
    assert many.low < 3 < many.high


def test_cases_without_an_answer_do_not_count():
    found = figure(Aim(measure="a"), [{"a": 1.0}, {"b": 2.0}, {"a": float("nan")}])
    assert (found.value, found.cases) == (1.0, 1)


@pytest.mark.parametrize(
    ("aim", "value", "met"),
    [
        (Aim(measure="a", least=0.7, share=True), 0.71, True),
        (Aim(measure="a", least=0.7, share=True), 0.69, False),
        (Aim(measure="a", most=1.5), 1.4, True),
        (Aim(measure="a", least=0.7, most=1.3), 1.4, False),
    ],
)
def test_aims_are_bounds(aim: Aim, value: float, met: bool):
    assert aim.met(value) is met


def test_one_case_fails_a_share_by_a_no():
    aim = Aim(measure="a", least=0.7, share=True)
    assert aim.failed({"a": 0.0})
    assert not aim.failed({"a": 1.0})
    assert not aim.failed({"b": 0.0})
    assert Aim(measure="a", most=1.5).badness({"a": 3.0}) == pytest.approx(1.0)


def test_the_table_says_what_is_met():
    aims = (
        Aim(measure="right", least=0.9, share=True),
        Aim(measure="jump", of="highest", most=1.5),
        Aim(measure="beside", below_codec=1.0),
    )
    verdicts = {
        "model": [{"right": 1.0, "jump": 1.0, "beside": 27.5}, {"right": 1.0, "jump": 9.0}],
        "codec": [{"right": 1.0, "jump": 1.0, "beside": 28.0}],
    }
    columns = {who: {aim.key: figure(aim, rows) for aim in aims} for who, rows in verdicts.items()}
    right, jump, beside = table("given", aims, columns).splitlines()[1:]
    assert right.endswith("yes")
    assert "100 % [34, 100]" in right
    assert jump.startswith("jump (highest)")
    assert jump.endswith("NO")
    assert beside.endswith(">= 27 yes")


def test_a_share_has_wilsons_interval():
    """Wilson (1927): 8 of 10 lie between 49 and 94 %; all of 16 are no proof of all."""
    aim = Aim(measure="right", share=True)
    told = figure(aim, [{"right": float(i < 8)} for i in range(10)])
    assert (told.low, told.value, told.high) == pytest.approx((0.490, 0.8, 0.943), abs=1e-3)
    every = figure(aim, [{"right": 1.0}] * 16)
    assert (every.low, every.value, every.high) == pytest.approx((0.806, 1.0, 1.0), abs=1e-3)


def test_a_measure_of_all_counts_the_cases_that_it_is_of():
    """M4's clips with one frame given and those with several, of one sitting."""
    clip = dict.fromkeys((*simiq.METRICS, "error"), 0.5)
    takes = {f"{name}, two takes": value for name, value in clip.items()}
    verdicts = [{**clip, **takes, "given": given} for given in (1.0, 16.0, 16.0)]
    assert figure_of(simiq.one_given, verdicts).cases == 1
    assert figure_of(simiq.several_given, verdicts).cases == 2
    assert (
        figure_of(lambda some: float(len(some)) if len(some) > 1 else np.nan, verdicts).cases == 3
    )


def test_where_two_takes_have_nothing_alike_nothing_is_asked_for():
    nothing = dict.fromkeys((*simiq.METRICS, "error"), 0.0)
    takes = {f"{name}, two takes": 0.0 for name in nothing}
    assert simiq.score([{**nothing, **takes, "given": 1.0}]) == 100
