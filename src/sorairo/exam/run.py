"""A sitting of the exam: every question of a suite answered, judged, and put beside the truth.

A sitting can be stopped at any time and goes on where it stopped: verdicts lie as JSON in its
folder, one file a question, and with them the clips that the report shows. Questions are answered
in groups, as a batch by those who can; groups may be marked by several processes (`crew`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sorairo.errors import ConfigError
from sorairo.exam.candidates.baselines import Answer, Together
from sorairo.exam.question import Question, Truth
from sorairo.exam.statistics import Aim, Figure, Verdict, figure, figure_of
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.video.atomic_write import whole_file

SITTING = "sitting.json"  # who sits, in the folder of an exam


@dataclass(frozen=True, kw_only=True)
class Goal(Aim):
    """A measure, the bound that is aimed at, and what others have reached in their own worlds."""

    anchors: str = ""


@dataclass(frozen=True, kw_only=True)
class ExamSuite:
    """`count` questions in full, and how their clips are judged. The first of the `columns` is
    examined, the others stand beside it. A `probe` asks the model itself, not its clips: its
    verdict is added to the examined one's. `overall` has the measures that are no mean of verdicts.
    So many questions are answered `together`.
    """

    name: str
    title: str
    count: int
    questions: Callable[[int], Sequence[Question]]
    judge: Callable[[Question, Clip, Truth], Verdict]
    goals: tuple[Goal, ...]
    quick: int = 12
    together: int = 8
    columns: tuple[str, ...] = ("model", "truth", "codec", "frozen")
    probe: Callable[[Engine, Question, Truth], Verdict] | None = None
    overall: Mapping[str, Callable[[Sequence[Verdict]], float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JudgedQuestion:
    """A question, and the verdict on each column's clip."""

    question: Question
    verdicts: Mapping[str, Verdict]

    def badness(self, goals: Sequence[Goal]) -> float:
        return sum(goal.badness(next(iter(self.verdicts.values()))) for goal in goals)


Marking = Callable[[ExamSuite, Sequence[Sequence[Question]]], Iterator[None]]
"""Marks groups of questions, and yields as each is done, in order."""


def _ready(clip: Clip) -> Answer:
    return lambda _question, _truth: clip


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """All of a suite."""

    suite: ExamSuite
    marked: Sequence[JudgedQuestion] = field(default_factory=tuple)

    def columns(self) -> dict[str, dict[str, Figure]]:
        """column -> measure -> figure."""
        names = list(self.marked[0].verdicts) if self.marked else []
        return {
            name: self._figures([marked.verdicts[name] for marked in self.marked]) for name in names
        }

    def _figures(self, verdicts: Sequence[Verdict]) -> dict[str, Figure]:
        whole = self.suite.overall
        return {
            goal.key: figure_of(whole[goal.measure], verdicts)
            if goal.measure in whole
            else figure(goal, verdicts)
            for goal in self.suite.goals
        }


@dataclass(frozen=True, kw_only=True)
class ExamRun:
    """Whoever answers, by column, the first of them being examined; where verdicts are kept, and
    `who` and how, which must not change between two parts of one sitting. `engine`: the model
    examined, if it is one of ours."""

    columns: Mapping[str, Answer]
    folder: Path
    who: Mapping[str, object]
    engine: Engine | None = None

    def begin(self) -> None:
        """Raises ConfigError where the folder holds a sitting of someone else."""
        record = self.folder / SITTING
        told = json.loads(json.dumps(dict(self.who)))
        if record.exists() and json.loads(record.read_text()) != told:
            raise ConfigError(
                f"{self.folder} holds an exam of another model or with other settings: name"
                " another folder with -o, or remove that one."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if not record.exists():  # others may be reading it
            with whole_file(record) as new:
                new.write_text(json.dumps(told, indent=1))

    def sit(
        self, suite: ExamSuite, count: int, marking: Marking | None = None
    ) -> Iterator[JudgedQuestion]:
        """Question after question; what is marked already is read."""
        questions = suite.questions(count)
        groups = [
            questions[first : first + suite.together]
            for first in range(0, len(questions), suite.together)
        ]
        marked = marking(suite, groups) if marking else (self.mark(suite, g) for g in groups)
        for group, _ in zip(groups, marked, strict=True):
            for question in group:
                verdicts = json.loads(self._path(suite, question).read_text())
                yield JudgedQuestion(question=question, verdicts=verdicts)

    def marked(self, suite: ExamSuite, count: int) -> list[Question]:
        """Of so many questions those that are marked already; none after the last is drawn."""
        found = {path.stem for path in (self.folder / suite.name).glob("*.json")}
        if not found:
            return []
        last = max(int(key.split("-")[1]) for key in found)
        return [q for q in suite.questions(min(count, last + 1)) if q.key in found]

    def mark(self, suite: ExamSuite, questions: Sequence[Question]) -> None:
        """Marks those questions that are not marked yet."""
        asked = [(q, Truth(q)) for q in questions if not self._path(suite, q).exists()]
        if not asked:
            return
        columns = {name: self.columns[name] for name in suite.columns if name in self.columns}
        examined = next(iter(columns.values()))
        first = examined.together(asked) if isinstance(examined, Together) else []
        for index, (question, truth) in enumerate(asked):
            mine = {**columns}
            if first:
                mine[next(iter(mine))] = _ready(first[index])
            self._mark(suite, question, truth, mine)

    def _path(self, suite: ExamSuite, question: Question) -> Path:
        return self.folder / suite.name / f"{question.key}.json"

    def _mark(
        self, suite: ExamSuite, question: Question, truth: Truth, columns: Mapping[str, Answer]
    ) -> None:
        path, verdicts = self._path(suite, question), {}
        path.parent.mkdir(parents=True, exist_ok=True)
        for name, answer in columns.items():
            clip = answer(question, truth)
            verdicts[name] = dict(suite.judge(question, clip, truth))
            if not path.with_suffix(".mp4").exists():  # of the first, which is examined
                clip.save(path.with_suffix(".mp4"))
        if suite.probe and self.engine:
            first = next(iter(verdicts))
            verdicts[first] |= suite.probe(self.engine, question, truth)
        truth.clip.save(path.with_name(f"{question.key}-truth.mp4"))
        new = path.with_suffix(".tmp")
        new.write_text(json.dumps(verdicts))
        new.replace(path)
