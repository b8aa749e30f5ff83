"""A suite of the exam, its judged questions, and the result over all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sorairo.exam.question import Answer, Question, Sampling
from sorairo.exam.statistics import Estimate, Goal, Verdict, estimate, joint_estimate
from sorairo.generation.engine import Engine


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Questions of one kind, how their answers are judged, and what a good model reaches."""

    name: str
    """The name on the command line, in the report and in keys of questions."""
    title: str
    """The name for people."""
    count: int
    """How many questions (scenes, where a scene has several questions) the whole suite has."""
    quick: int = 12
    """How many `sorairo exam --quick` asks."""
    questions: Callable[[int], Sequence[Question]]
    """Makes the questions for that many scenes. Fewer give the first of them."""
    judge: Callable[[Any, Answer, Any], Verdict]
    """(question, answer, truth) -> verdict. The docstring of its module explains the suite in the
    report."""
    goals: tuple[Goal, ...]
    """The measures of the report. The first one represents the suite in the summary."""
    batch_size: int = 8
    """How many questions the model answers as one batch. Questions that need several runs of the
    model must be asked one by one."""
    columns: tuple[str, ...] = ("model", "truth", "codec", "frozen")
    """The candidates. The first one is examined; the others are there for comparison."""
    probe: Callable[[Engine, Any, Any, Sampling], Verdict] | None = None
    """(engine, question, truth, sampling) -> measures that are read off the model itself instead of
    its clips. They are added to the verdict on the examined candidate."""
    joint: Mapping[str, Callable[[Sequence[Verdict]], float]] = field(default_factory=dict)
    """Measures that are computed from all verdicts together."""
    needs_engine: bool = False
    """Whether the questions call methods of a model, so that clips of another model cannot answer
    them."""
    any_rate: bool = False
    """Whether models of any frame rate can be examined: every answer has the rate of a given
    clip."""
    timed: bool = False
    """Whether the seconds that the examined candidate takes are added to its verdict."""

    def batches(self, questions: Sequence[Question]) -> list[Sequence[Question]]:
        """The questions in groups of `batch_size`."""
        starts = range(0, len(questions), self.batch_size)
        return [questions[start : start + self.batch_size] for start in starts]


@dataclass(frozen=True, kw_only=True)
class JudgedQuestion:
    """A question and the verdicts on its answers."""

    question: Question
    verdicts: Mapping[str, Verdict]
    """Column -> verdict; the examined candidate first."""

    @property
    def examined(self) -> Verdict:
        """The verdict on the examined candidate."""
        return next(iter(self.verdicts.values()))

    def shortfall(self, goals: Sequence[Goal]) -> float:
        """How far the examined answer misses the goals; 0 if it misses none."""
        return sum(goal.shortfall(self.examined) for goal in goals)

    def failed(self, goals: Sequence[Goal]) -> list[str]:
        """The measures in which the examined answer misses the goal."""
        return [goal.measure for goal in goals if goal.failed(self.examined)]


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """A suite and all of its judged questions."""

    suite: Suite
    judged: Sequence[JudgedQuestion] = ()

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Column -> key of a goal -> estimate."""
        names = dict.fromkeys(name for judged in self.judged for name in judged.verdicts)
        return {
            name: self._of(name, [each for each in self.judged if name in each.verdicts])
            for name in names
        }

    def _of(self, column: str, judged: Sequence[JudgedQuestion]) -> dict[str, Estimate]:
        joint, verdicts = self.suite.joint, [each.verdicts[column] for each in judged]
        scenes = [each.question.scene_key for each in judged]
        return {
            goal.key: joint_estimate(joint[goal.measure], verdicts, scenes)
            if goal.measure in joint
            else estimate(goal, verdicts, scenes)
            for goal in self.suite.goals
        }
