"""A table of all measures of a suite as plain text, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.exam.statistics import NO_ESTIMATE, Estimates, Goal

WIDTH = 28  # characters of a column


def text_table(title: str, goals: Sequence[Goal], columns: Estimates) -> str:
    """A line for each measure: the value in every column, the goal, and whether it is met."""
    names = list(columns)
    lines = [f"{title:<{WIDTH}}" + "".join(f"{name:>{WIDTH}}" for name in names) + f"{'goal':>12}"]
    for goal in goals:
        cells = "".join(f"{columns[name][goal.key].format(goal.share):>{WIDTH}}" for name in names)
        examined = columns[names[0]][goal.key]
        goal = goal.with_codec(columns.get("codec", {}).get(goal.key, NO_ESTIMATE))
        judged = str(goal) and examined.cases
        verdict = ("yes" if goal.met(examined.value) else "NO") if judged else ""
        lines.append(f"{goal.key:<{WIDTH}}{cells}{goal!s:>12} {verdict}".rstrip())
    return "\n".join(lines)
