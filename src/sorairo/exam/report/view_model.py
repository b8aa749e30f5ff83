"""What a report tells of a suite: its figures, and which of its measures belong into one plot."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from sorairo.exam.run import Goal, JudgedQuestion, SuiteResult
from sorairo.exam.statistics import Figure

AT_A_TIME = re.compile(r"(?P<what>.+) at (?P<time>\d+(\.\d+)?) s")
NOTHING = Figure(value=np.nan, low=np.nan, high=np.nan, cases=0)
Row = dict[str, Figure]  # column -> figure of one measure


@dataclass(frozen=True)
class SuiteView:
    """A suite's result, its figures made once."""

    result: SuiteResult

    @property
    def name(self) -> str:
        return self.result.suite.name

    @property
    def title(self) -> str:
        return f"{self.name}: {self.result.suite.title}"

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """With their bounds, where those hang on what the codec can do."""
        codec = self.figures.get("codec", {})
        given = (goal.given(codec.get(goal.key, NOTHING)) for goal in self.result.suite.goals)
        return cast("tuple[Goal, ...]", tuple(given))  # what `given` returns is of its own kind

    @property
    def doc(self) -> str:
        """What the module of the judge says of itself."""
        return (sys.modules[self.result.suite.judge.__module__].__doc__ or "").strip()

    @cached_property
    def figures(self) -> dict[str, dict[str, Figure]]:
        """column -> measure -> figure; what has no value has no cases, either."""
        return {
            name: {key: NOTHING if np.isnan(f.value) else f for key, f in figures.items()}
            for name, figures in self.result.columns().items()
        }

    @property
    def columns(self) -> list[str]:
        """Whoever answered; the first is examined."""
        return list(self.figures)

    @property
    def examined(self) -> str:
        return self.columns[0]

    def row(self, goal: Goal) -> Row:
        return {name: figures[goal.key] for name, figures in self.figures.items()}

    def values(self, goal: Goal, column: str) -> np.ndarray:
        """Of all cases that have an answer."""
        found = [marked.verdicts[column].get(goal.measure, np.nan) for marked in self.result.marked]
        values = np.array(found, float)
        return values[~np.isnan(values)]

    @cached_property
    def over_time(self) -> dict[str, dict[float, Goal]]:
        """What is measured at two times or more ("motion at 30 s") -> time -> measure."""
        found: dict[str, dict[float, Goal]] = {}
        for goal in self.goals:
            if parts := AT_A_TIME.fullmatch(goal.measure):
                found.setdefault(parts["what"], {})[float(parts["time"])] = goal
        return {what: at for what, at in found.items() if len(at) > 1}

    @property
    def fractions(self) -> list[Goal]:
        """Shares of cases, those over time aside."""
        return [goal for goal in self._at_no_time if goal.share]

    @property
    def spreads(self) -> list[Goal]:
        """What differs from case to case by more than yes and no: all that is aimed at, or else
        the first."""
        whole = self.result.suite.overall
        found = [g for g in self._at_no_time if not g.share and g.measure not in whole]
        return [goal for goal in found if str(goal)] or found[:1]

    @property
    def _at_no_time(self) -> list[Goal]:
        timed = [goal for at in self.over_time.values() for goal in at.values()]
        return [goal for goal in self.goals if goal not in timed]

    def worst_first(self) -> list[JudgedQuestion]:
        """By how far a clip misses its goals, and then by how far its verdict is from the one on
        the true clip."""
        gaps = np.array([self._gaps(marked) for marked in self.result.marked])
        scale = np.maximum(gaps.max(axis=0, initial=0), 1e-9)
        far = (gaps / scale).sum(axis=1)
        order = np.lexsort([-far, [-marked.badness(self.goals) for marked in self.result.marked]])
        return [self.result.marked[index] for index in order]

    def _gaps(self, marked: JudgedQuestion) -> list[float]:
        mine, true = marked.verdicts[self.examined], marked.verdicts.get("truth", {})
        gaps = [abs(mine.get(g.measure, np.nan) - true.get(g.measure, np.nan)) for g in self.goals]
        return list(np.nan_to_num(gaps))
