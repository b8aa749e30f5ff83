"""Plots as inline SVG: a gauge of one estimate, bars of shares, dots of answers, lines over time.

Plots are as wide as a phone and are never stretched, so that text stays readable. Each plot has its
values as text in `aria-label`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from sorairo.exam.report.axis import Axis, axis_of
from sorairo.exam.report.columns import Look, looks, mark
from sorairo.exam.report.markup import tag
from sorairo.exam.report.svg import (
    goal_area,
    horizontal_ticks,
    line,
    plot_figure,
    svg,
    text,
    vertical_ticks,
)
from sorairo.exam.report.view_model import ByColumn, SuiteView
from sorairo.exam.statistics import Estimate, Goal

WIDTH, HEIGHT = 350, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 38  # margins
GAUGE = 200, 22
SHARE_ROW, CASES_ROW = 34, 46
DOT = 3.4  # pixels, the radius


def plots(view: SuiteView) -> list[str]:
    """All plots that the measures of a suite allow."""
    found = [_over_time(view, what, at) for what, at in view.over_time.items()]
    if len(view.fractions) > 1:
        found.append(_share_bars(view, view.fractions))
    return found + [_cases(view, goal) for goal in view.spreads]


def gauge(row: ByColumn, goal: Goal) -> str:
    """One measure: the examined estimate with its interval, other columns, and the goal shaded."""
    width, height = GAUGE
    axis = axis_of(_all(row.values()), goal, 8, width - 8)
    drawn = [
        goal_area(goal, axis, 2, height - 4),
        line(axis.start, height / 2, axis.end, height / 2, "axis"),
        _estimates(row, axis, height / 2),
    ]
    return svg(width, height, *drawn, label=in_words(row, goal))


def in_words(row: ByColumn, goal: Goal) -> str:
    values = [f"{name} {e.format(goal.share)}" for name, e in row.items() if e.cases]
    return f"{goal.key}: " + "; ".join([*values, f"goal {goal}"] if str(goal) else values)


def _share_bars(view: SuiteView, goals: Sequence[Goal]) -> str:
    """A bar for each measure."""
    height = SHARE_ROW * len(goals) + BOTTOM
    axis = Axis(low=0.0, high=1.0, start=12, end=WIDTH - RIGHT, share=True)
    drawn = [horizontal_ticks(axis, 0, height - BOTTOM)]
    for index, goal in enumerate(goals):
        row, top = view.row(goal), SHARE_ROW * index
        y, own = top + 24, row[view.examined]
        drawn += [
            goal_area(goal, axis, top + 16, 16),
            text(axis.start, top + 12, goal.key),
            text(axis.end, top + 12, own.format(share=True), anchor="end"),
        ]
        if own.cases:
            bar = {"x": axis.start, "y": y - 5, "width": axis(own.value) - axis.start, "height": 10}
            drawn.append(tag("rect", class_="bar", **bar))
        drawn.append(_estimates(row, axis, y))
    label = ". ".join(in_words(view.row(goal), goal) for goal in goals)
    return plot_figure("Shares of the questions", svg(WIDTH, height, *drawn, label=label))


def _cases(view: SuiteView, goal: Goal) -> str:
    """A dot for each answer and a line of dots for each column; a stroke marks the estimate."""
    values = {name: view.values(goal, name) for name in view.columns}
    height = CASES_ROW * len(values) + BOTTOM
    axis = axis_of(np.concatenate(list(values.values())), goal, 12, WIDTH - RIGHT)
    drawn = [goal_area(goal, axis, 0, height - BOTTOM), horizontal_ticks(axis, 0, height - BOTTOM)]
    for index, (name, look) in enumerate(looks(view.columns).items()):
        y, estimate = CASES_ROW * index + 29, view.row(goal)[name]
        drawn.append(text(axis.start, y - 17, f"{name}  {estimate.format(goal.share)}"))
        dots = "".join(f"M{x:g} {y + up:g}h0" for x, up in stack_dots(values[name], axis))
        drawn.append(tag("path", class_=f"dots {look[0]}", d=dots))
        if estimate.cases:
            x = axis(estimate.value)
            drawn.append(line(x, y - 13, x, y + 13, f"whisker {look[0]}"))
    label = f"The cases of {in_words(view.row(goal), goal)}"
    return plot_figure(f"{goal.key}, one dot per question", svg(WIDTH, height, *drawn, label=label))


def stack_dots(values: np.ndarray, axis: Axis, reach: float = 12.0) -> list[tuple[float, float]]:
    """(x, y offset) of dots; those that would overlap are moved above and below the line."""
    places = [(axis(value), round(axis(value) / DOT)) for value in sorted(values)]
    columns = [column for _, column in places]
    fullest = max((columns.count(column) for column in set(columns)), default=1)
    step = min(DOT, 2 * reach / fullest)
    found, count = [], dict.fromkeys(columns, 0)
    for x, column in places:
        nth = count[column]
        count[column] += 1
        found.append((x, round((nth + 1) // 2 * step * (-1) ** nth, 1)))
    return found


def _over_time(view: SuiteView, what: str, at: dict[float, Goal]) -> str:
    """A line for each column."""
    rows = {time: view.row(goal) for time, goal in sorted(at.items())}
    first = next(iter(at.values()))
    along = Axis(low=0.0, high=max(rows), start=LEFT, end=WIDTH - RIGHT)
    up = axis_of(
        _all(f for row in rows.values() for f in row.values()), first, HEIGHT - BOTTOM, TOP
    )
    drawn = [
        goal_area(first, up, LEFT, WIDTH - RIGHT - LEFT) if _one_bound(at.values()) else "",
        vertical_ticks(up, LEFT, WIDTH - RIGHT),
        *(text(along(time), HEIGHT - BOTTOM + 18, f"{time:g}", anchor="middle") for time in rows),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "seconds", anchor="middle"),
    ]
    for name, look in reversed(looks(view.columns).items()):
        course = {time: row[name] for time, row in rows.items() if row[name].cases}
        drawn.append(_course(course, look, along, up, whiskers=name == view.examined))
    label = ". ".join(in_words(view.row(goal), goal) for goal in at.values())
    return plot_figure(f"{what}, over time", svg(WIDTH, HEIGHT, *drawn, label=label))


def _course(
    course: dict[float, Estimate], look: Look, along: Axis, up: Axis, *, whiskers: bool
) -> str:
    places = {time: (along(time), up(estimate.value)) for time, estimate in course.items()}
    drawn = [line(*one, *other, f"course {look[0]}") for one, other in pairwise(places.values())]
    for time, estimate in course.items() if whiskers else ():
        x = along(time)
        drawn.append(line(x, up(estimate.low), x, up(estimate.high), f"whisker {look[0]}"))
    return "".join([*drawn, *(mark(look, *place) for place in places.values())])


def _estimates(row: ByColumn, axis: Axis, y: float) -> str:
    """The estimates of one measure on a horizontal line; the examined one has its interval."""
    drawn = [
        mark(look, axis(row[name].value), y)
        for name, look in reversed(looks(list(row)).items())
        if row[name].cases
    ]
    own = next(iter(row.values()))
    if own.cases and drawn:
        drawn.insert(-1, line(axis(own.low), y, axis(own.high), y, "whisker examined"))
    return "".join(drawn)


def _all(estimates: Iterable[Estimate]) -> list[float]:
    return [value for e in estimates for value in (e.value, e.low, e.high)]


def _one_bound(goals: Iterable[Goal]) -> bool:
    return len({(goal.least, goal.most) for goal in goals}) == 1
