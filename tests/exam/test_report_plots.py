"""The plots of the report, with their figures as text, and their axes."""

from __future__ import annotations

import numpy as np
import pytest

from exam_reports import ERROR, TIMED, Page, errors, result_of
from sorairo.exam.report.axis import MOST_TICKS, Axis, axis_of
from sorairo.exam.report.plots import gauge, plots, stack_dots
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.statistics import Goal


def test_measures_at_several_times_are_lines():
    names = [goal.measure for goal in TIMED]
    case = {"model": dict.fromkeys(names, 1.0), "truth": dict.fromkeys(names, 0.0)}
    view = SuiteView(result_of([*TIMED, Goal(measure="at 5 s"), Goal(measure="once at 5 s")], case))
    assert {what: list(at) for what, at in view.over_time.items()} == {
        "set": [5.0, 60.0],
        "drift": [5.0, 60.0],
    }
    lines = plots(view)[:2]
    assert "set at 60 s: model 100 % [21, 100]; truth 0 % [0, 79]; goal &gt;= 75 %" in lines[0]
    for line in lines:
        assert line.count('class="course') == 2  # one step from 5 to 60 s a column
        assert line.count('class="whisker') == 2  # of the examined column


def test_shares_are_bars():
    goals = [Goal(measure=law, share=True) for law in ("gravity", "energy")]
    case = {"model": {"gravity": 1.0, "energy": 0.0}, "truth": {"gravity": 1.0, "energy": 1.0}}
    (plot,) = plots(SuiteView(result_of(goals, case, case)))
    bars = [float(bar["width"] or 0) for bar in Page(plot).all("rect")]
    assert bars[0] > 300
    assert bars[1] == 0
    assert plots(SuiteView(result_of(goals[:1], case))) == []  # one alone is in the table


def test_cases_are_dots():
    (plot,) = plots(SuiteView(errors(*np.linspace(0, 1, 100))))
    dots = [path["d"] or "" for path in Page(plot).all("path") if "dots" in (path["class"] or "")]
    assert [path.count("h0") for path in dots] == [100, 100]


def test_overlapping_dots_are_moved_off_the_line():
    axis = Axis(low=0, high=1, start=0, end=300)
    assert stack_dots(np.array([0.0, 0.5, 1.0]), axis) == [(0.0, 0.0), (150.0, 0.0), (300.0, 0.0)]
    same = stack_dots(np.full(50, 0.5), axis)
    assert len({up for _, up in same}) == 50
    assert max(abs(up) for _, up in same) <= 12
    assert stack_dots(np.array([]), axis) == []


def test_a_gauge_shades_where_the_goal_is_met():
    row = SuiteView(errors(0.02, 0.2)).row(ERROR)
    assert 'class="aimed"' in gauge(row, ERROR)
    assert 'class="aimed"' not in gauge(row, Goal(measure="error"))
    assert "error: model 0.11 [" in gauge(row, ERROR)


@pytest.mark.parametrize("high", [0.003, 0.07, 0.95, 1, 2.4, 63, 100, 12_345])
def test_ticks_are_round_and_few(high: float):
    axis = axis_of([high], Goal(measure="a"), 0, 300)
    ticks = axis.ticks
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= MOST_TICKS
    assert high / 2 < ticks[-1] <= axis.high
    assert all(len(axis.tick_label(tick).replace(".", "").strip("0")) <= 2 for tick in ticks)


def test_axes_hold_what_they_are_made_for():
    goal = Goal(measure="a", least=3.0)
    axis = axis_of([-1.0, 2.0, float("nan")], goal, 0, 100)
    assert 0 < axis(-1.0) < axis(0.0) < axis(3.0) < 100
    assert axis_of([], Goal(measure="a"), 0, 100)(0.0) == 0
    share = axis_of([0.2], Goal(measure="a", share=True), 0, 100)
    assert (share(0.0), share(1.0), share.tick_label(0.25)) == (0, 100, "25 %")
