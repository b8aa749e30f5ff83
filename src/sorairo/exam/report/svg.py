"""Parts of plots as SVG: lines, text, ticks, the area in which a goal is met."""

from __future__ import annotations

from sorairo.exam.report.axis import Axis
from sorairo.exam.report.markup import escape, tag
from sorairo.exam.statistics import Goal


def goal_area(goal: Goal, axis: Axis, other: float, size: float) -> str:
    """Shades where the goal is met; `other` and `size` are the extent across the axis."""
    if goal.least is None and goal.most is None:
        return ""
    ends = (axis.low if goal.least is None else goal.least, goal.most)
    one, two = axis(ends[0]), axis(axis.high if ends[1] is None else ends[1])
    near, far = min(one, two), abs(two - one)
    if axis.end > axis.start:
        return tag("rect", class_="aimed", x=near, y=other, width=far, height=size)
    return tag("rect", class_="aimed", x=other, y=near, width=size, height=far)


def horizontal_ticks(axis: Axis, top: float, bottom: float) -> str:
    """Ticks of a horizontal axis, below the plot."""
    places = [(axis(value), axis.tick_label(value)) for value in axis.ticks]
    lines = [line(x, top, x, bottom, "grid") for x, _ in places]
    return "".join([*lines, *(text(x, bottom + 15, label, anchor="middle") for x, label in places)])


def vertical_ticks(axis: Axis, left: float, right: float) -> str:
    """Ticks of a vertical axis, left of the plot."""
    places = [(axis(value), axis.tick_label(value)) for value in axis.ticks]
    lines = [line(left, y, right, y, "grid") for y, _ in places]
    return "".join([*lines, *(text(left - 5, y + 4, label, anchor="end") for y, label in places)])


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return tag("path", class_=kind, d=f"M{x1:g} {y1:g}L{x2:g} {y2:g}")


def text(x: float, y: float, what: str, anchor: str | None = None) -> str:
    return tag("text", escape(what), x=x, y=y, text_anchor=anchor)


def svg(width: int, height: int, *drawn: str, label: str) -> str:
    box = f"0 0 {width} {height}"
    return tag("svg", *drawn, viewBox=box, width=width, height=height, role="img", aria_label=label)


def plot_figure(title: str, drawing: str) -> str:
    return tag("figure", tag("figcaption", escape(title)), drawing, class_="plot")
