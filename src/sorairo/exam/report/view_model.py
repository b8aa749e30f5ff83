"""The data that a report shows for a suite: its estimates, and which of its measures share a
plot."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sorairo.exam.statistics import NO_ESTIMATE, Estimate, Goal
from sorairo.exam.suite import JudgedQuestion, SuiteResult

AT_A_TIME = re.compile(r"(?P<what>.+) at (?P<time>\d+(\.\d+)?) s")
ByColumn = dict[str, Estimate]
"""Column -> estimate of one measure; the examined column first."""


@dataclass(frozen=True)
class SuiteView:
    """A suite's result, with its estimates computed once."""

    result: SuiteResult

    @property
    def name(self) -> str:
        return self.result.suite.name

    @property
    def title(self) -> str:
        return f"{self.name}: {self.result.suite.title}"

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """The goals; bounds that depend on the codec are computed."""
        codec = self.estimates.get("codec", {})
        return tuple(
            goal.with_codec(codec.get(goal.key, NO_ESTIMATE)) for goal in self.result.suite.goals
        )

    @property
    def doc(self) -> str:
        """The docstring of the judge's module."""
        return (sys.modules[self.result.suite.judge.__module__].__doc__ or "").strip()

    @cached_property
    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Column -> key of a goal -> estimate, without cases where there is no value."""
        return {
            name: {key: NO_ESTIMATE if np.isnan(e.value) else e for key, e in estimates.items()}
            for name, estimates in self.result.estimates().items()
        }

    @property
    def columns(self) -> list[str]:
        """The names of the candidates; the examined one first."""
        return list(self.estimates)

    @property
    def examined(self) -> str:
        return self.columns[0]

    def row(self, goal: Goal) -> ByColumn:
        """One measure in all columns."""
        return {name: estimates[goal.key] for name, estimates in self.estimates.items()}

    def values(self, goal: Goal, column: str) -> np.ndarray:
        """One measure of all answers in a column to which it applies."""
        verdicts = [judged.verdicts.get(column, {}) for judged in self.result.judged]
        values = np.array([verdict.get(goal.measure, np.nan) for verdict in verdicts], float)
        return values[~np.isnan(values)]

    @cached_property
    def over_time(self) -> dict[str, dict[float, Goal]]:
        """Measures that are taken at two or more times ("motion at 30 s"): name -> time -> goal."""
        found: dict[str, dict[float, Goal]] = {}
        for goal in self.goals:
            if parts := AT_A_TIME.fullmatch(goal.measure):
                found.setdefault(parts["what"], {})[float(parts["time"])] = goal
        return {what: at for what, at in found.items() if len(at) > 1}

    @property
    def fractions(self) -> list[Goal]:
        """Measures that are shares, without those over time."""
        return [goal for goal in self._not_over_time if goal.share]

    @property
    def spreads(self) -> list[Goal]:
        """Measures whose values differ by more than yes and no: those with a bound, or else the
        first."""
        joint = self.result.suite.joint
        found = [g for g in self._not_over_time if not g.share and g.measure not in joint]
        return [goal for goal in found if str(goal)] or found[:1]

    @property
    def _not_over_time(self) -> list[Goal]:
        timed = [goal for at in self.over_time.values() for goal in at.values()]
        return [goal for goal in self.goals if goal not in timed]

    def worst_first(self) -> list[JudgedQuestion]:
        """By how far an answer misses its goals, then by how far its verdict is from that on the
        true clip."""
        gaps = np.array([self._gaps(judged) for judged in self.result.judged])
        scale = np.maximum(gaps.max(axis=0, initial=0), 1e-9)
        distance = (gaps / scale).sum(axis=1)
        shortfalls = [-judged.shortfall(self.goals) for judged in self.result.judged]
        return [self.result.judged[index] for index in np.lexsort([-distance, shortfalls])]

    def _gaps(self, judged: JudgedQuestion) -> list[float]:
        own, true = judged.verdicts[self.examined], judged.verdicts.get("truth", {})
        gaps = [abs(own.get(g.measure, np.nan) - true.get(g.measure, np.nan)) for g in self.goals]
        return list(np.nan_to_num(gaps))
