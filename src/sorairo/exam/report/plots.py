"""Plots as inline SVG: a gauge of one figure, shares, cases, and what happens over time.

Plots are as wide as a phone and are never stretched, so that their words stay readable. Each tells
its figures in words, too (`aria-label`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from sorairo.exam.report.axis import Axis, axis_of
from sorairo.exam.report.columns import Look, looks, mark
from sorairo.exam.report.markup import tag, words
from sorairo.exam.report.view_model import Row, SuiteView
from sorairo.exam.run import Goal
from sorairo.exam.statistics import Figure

WIDTH, HEIGHT = 350, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 38  # margins
GAUGE = 200, 22
SHARE_ROW, CASES_ROW = 34, 46
DOT = 3.4


def plots(told: SuiteView) -> list[str]:
    """All that the measures of a suite allow."""
    found = [_over_time(told, what, at) for what, at in told.over_time.items()]
    if len(told.fractions) > 1:
        found.append(_shares(told, told.fractions))
    return found + [_cases(told, goal) for goal in told.spreads]


def gauge(row: Row, goal: Goal) -> str:
    """One measure: the examined figure and its interval on the goal, the others as marks."""
    width, height = GAUGE
    axis = axis_of(_all(row.values()), goal, 8, width - 8)
    drawn = [
        _aimed(goal, axis, 2, height - 4),
        _line(axis.start, height / 2, axis.end, height / 2, "axis"),
        _figures(row, axis, height / 2),
    ]
    return _svg(width, height, *drawn, label=in_words(row, goal))


def in_words(row: Row, goal: Goal) -> str:
    told = [f"{name} {figure.told(goal.share)}" for name, figure in row.items() if figure.cases]
    return f"{goal.key}: " + "; ".join([*told, f"goal {goal}"] if str(goal) else told)


def _shares(told: SuiteView, goals: Sequence[Goal]) -> str:
    """A bar a measure."""
    height = SHARE_ROW * len(goals) + BOTTOM
    axis = Axis(low=0.0, high=1.0, start=12, end=WIDTH - RIGHT, share=True)
    drawn = [_along(axis, 0, height - BOTTOM)]
    for index, goal in enumerate(goals):
        row, top = told.row(goal), SHARE_ROW * index
        y, own = top + 24, row[told.examined]
        drawn += [
            _aimed(goal, axis, top + 16, 16),
            _text(axis.start, top + 12, goal.key),
            _text(axis.end, top + 12, own.told(share=True), anchor="end"),
        ]
        if own.cases:
            bar = {"x": axis.start, "y": y - 5, "width": axis(own.value) - axis.start, "height": 10}
            drawn.append(tag("rect", class_="bar", **bar))
        drawn.append(_figures(row, axis, y))
    label = ". ".join(in_words(told.row(goal), goal) for goal in goals)
    return _plot("Shares of the cases", _svg(WIDTH, height, *drawn, label=label))


def _cases(told: SuiteView, goal: Goal) -> str:
    """A dot a case, a line of them a column; the stroke is the column's figure."""
    values = {name: told.values(goal, name) for name in told.columns}
    height = CASES_ROW * len(values) + BOTTOM
    axis = axis_of(np.concatenate(list(values.values())), goal, 12, WIDTH - RIGHT)
    drawn = [_aimed(goal, axis, 0, height - BOTTOM), _along(axis, 0, height - BOTTOM)]
    for index, (name, look) in enumerate(looks(told.columns).items()):
        y, figure = CASES_ROW * index + 29, told.row(goal)[name]
        drawn.append(_text(axis.start, y - 17, f"{name}  {figure.told(goal.share)}"))
        dots = "".join(f"M{x:g} {y + up:g}h0" for x, up in heaped(values[name], axis))
        drawn.append(tag("path", class_=f"dots {look[0]}", d=dots))
        if figure.cases:
            x = axis(figure.value)
            drawn.append(_line(x, y - 13, x, y + 13, f"whisker {look[0]}"))
    label = f"The cases of {in_words(told.row(goal), goal)}"
    return _plot(f"{goal.key}, a dot a question", _svg(WIDTH, height, *drawn, label=label))


def heaped(values: np.ndarray, axis: Axis, reach: float = 12.0) -> list[tuple[float, float]]:
    """(x, how far off the line) of dots that would hide one another: by turns above and below."""
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


def _over_time(told: SuiteView, what: str, at: dict[float, Goal]) -> str:
    """A line a column."""
    rows = {time: told.row(goal) for time, goal in sorted(at.items())}
    first = next(iter(at.values()))
    along = Axis(low=0.0, high=max(rows), start=LEFT, end=WIDTH - RIGHT)
    up = axis_of(
        _all(f for row in rows.values() for f in row.values()), first, HEIGHT - BOTTOM, TOP
    )
    drawn = [
        _aimed(first, up, LEFT, WIDTH - RIGHT - LEFT) if _one_bound(at.values()) else "",
        _across(up, LEFT, WIDTH - RIGHT),
        *(_text(along(time), HEIGHT - BOTTOM + 18, f"{time:g}", anchor="middle") for time in rows),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "seconds", anchor="middle"),
    ]
    for name, look in reversed(looks(told.columns).items()):
        course = {time: row[name] for time, row in rows.items() if row[name].cases}
        drawn.append(_course(course, look, along, up, whiskers=name == told.examined))
    label = ". ".join(in_words(told.row(goal), goal) for goal in at.values())
    return _plot(f"{what}, after so many seconds", _svg(WIDTH, HEIGHT, *drawn, label=label))


def _course(
    course: dict[float, Figure], look: Look, along: Axis, up: Axis, *, whiskers: bool
) -> str:
    places = {time: (along(time), up(figure.value)) for time, figure in course.items()}
    drawn = [_line(*one, *other, f"course {look[0]}") for one, other in pairwise(places.values())]
    for time, figure in course.items() if whiskers else ():
        x = along(time)
        drawn.append(_line(x, up(figure.low), x, up(figure.high), f"whisker {look[0]}"))
    return "".join([*drawn, *(mark(look, *place) for place in places.values())])


def _figures(row: Row, axis: Axis, y: float) -> str:
    """The figures of one measure on a level line, the examined one last, with its interval."""
    drawn = [
        mark(look, axis(row[name].value), y)
        for name, look in reversed(looks(list(row)).items())
        if row[name].cases
    ]
    own = next(iter(row.values()))
    if own.cases and drawn:
        drawn.insert(-1, _line(axis(own.low), y, axis(own.high), y, "whisker examined"))
    return "".join(drawn)


def _all(figures: Iterable[Figure]) -> list[float]:
    return [value for figure in figures for value in (figure.value, figure.low, figure.high)]


def _one_bound(goals: Iterable[Goal]) -> bool:
    return len({(goal.least, goal.most) for goal in goals}) == 1


def _aimed(goal: Goal, axis: Axis, other: float, size: float) -> str:
    """Where the goal is met, shaded; `other` and `size` are along the other side."""
    if goal.least is None and goal.most is None:
        return ""
    ends = (axis.low if goal.least is None else goal.least, goal.most)
    one, two = axis(ends[0]), axis(axis.high if ends[1] is None else ends[1])
    near, far = min(one, two), abs(two - one)
    if axis.end > axis.start:
        return tag("rect", class_="aimed", x=near, y=other, width=far, height=size)
    return tag("rect", class_="aimed", x=other, y=near, width=size, height=far)


def _along(axis: Axis, top: float, bottom: float) -> str:
    """Ticks of a level axis below a plot."""
    places = [(axis(value), axis.told(value)) for value in axis.ticks]
    lines = [_line(x, top, x, bottom, "grid") for x, _ in places]
    return "".join([*lines, *(_text(x, bottom + 15, told, anchor="middle") for x, told in places)])


def _across(axis: Axis, left: float, right: float) -> str:
    """Ticks of an upright axis left of a plot."""
    places = [(axis(value), axis.told(value)) for value in axis.ticks]
    lines = [_line(left, y, right, y, "grid") for y, _ in places]
    return "".join([*lines, *(_text(left - 5, y + 4, told, anchor="end") for y, told in places)])


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return tag("path", class_=kind, d=f"M{x1:g} {y1:g}L{x2:g} {y2:g}")


def _text(x: float, y: float, what: str, anchor: str | None = None) -> str:
    return tag("text", words(what), x=x, y=y, text_anchor=anchor)


def _svg(width: int, height: int, *drawn: str, label: str) -> str:
    box = f"0 0 {width} {height}"
    return tag("svg", *drawn, viewBox=box, width=width, height=height, role="img", aria_label=label)


def _plot(title: str, svg: str) -> str:
    return tag("figure", tag("figcaption", words(title)), svg, class_="plot")
