"""Runs an exam: asks every question of a suite, judges the answers, and keeps the verdicts.

A run can be stopped at any time and goes on where it stopped: the verdict on each question is
written to the run's folder as soon as it is known. Questions are asked in batches. Several
processes can judge batches at the same time (`worker_pool`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sorairo.exam.question import (
    Answer,
    BatchCandidate,
    Candidate,
    Question,
    Sampling,
    Truth,
    at_size_of,
)
from sorairo.exam.run_folder import RunFolder, number_of
from sorairo.exam.statistics import Verdict
from sorairo.exam.suite import JudgedQuestion, Suite
from sorairo.generation.engine import Engine

JudgeBatches = Callable[[Suite, Sequence[Sequence[Question]]], Iterator[None]]
"""Judges batches of a suite's questions and yields once after each batch, in order."""


@dataclass(frozen=True, kw_only=True)
class ExamRun:
    """An exam of one model, kept in a folder."""

    columns: Mapping[str, Candidate]
    """Name -> candidate. A suite picks its columns from these."""
    folder: Path
    """Where verdicts and clips are kept."""
    identity: Mapping[str, object]
    """The examined model and its settings. Must be the same whenever the run is resumed."""
    engine: Engine | None = None
    """The examined model, for suites that probe it; None for clips of another model."""
    sampling: Sampling = field(default_factory=Sampling)
    """How it samples where it is probed: as in its answers."""

    @cached_property
    def files(self) -> RunFolder:
        return RunFolder(self.folder)

    def begin(self) -> None:
        """Makes the folder. Raises ConfigError where it holds an exam of another model."""
        self.files.begin(self.identity)

    def run_suite(
        self, suite: Suite, count: int, judge_batches: JudgeBatches | None = None
    ) -> Iterator[JudgedQuestion]:
        """Yields question after question. Those that have been judged before are only read."""
        batches = suite.batches(suite.questions(count))
        done = (
            judge_batches(suite, batches)
            if judge_batches
            else (self.judge(suite, batch) for batch in batches)
        )
        for batch, _ in zip(batches, done, strict=True):
            for question in batch:
                verdicts = self.files.verdicts(suite, question)
                yield JudgedQuestion(question=question, verdicts=verdicts)

    def judged_before(self, suite: Suite, count: int) -> list[Question]:
        """The judged questions among the first `count`. Later ones are not even made."""
        keys = self.files.keys(suite)
        if not keys:
            return []
        needed = 1 + max(number_of(key) for key in keys)
        return [q for q in suite.questions(min(count, needed)) if q.key in keys]

    def judge(self, suite: Suite, questions: Sequence[Question]) -> None:
        """Asks and judges those questions of one batch that have not been judged yet."""
        asked = [(q, q.truth()) for q in questions if not self.files.judged(suite, q)]
        if not asked:
            return
        columns = {name: self.columns[name] for name in suite.columns if name in self.columns}
        examined = next(iter(columns))
        answers = _answers(columns.pop(examined), asked)
        for (question, truth), (made, seconds) in zip(asked, answers, strict=True):
            answer = at_size_of(made, truth.answer)
            verdict = dict(suite.judge(question, answer, truth))
            if suite.timed:
                verdict["seconds"] = seconds
            self.files.keep_clips(suite, question, answer)
            self._compare(suite, (question, truth), {examined: verdict}, columns)

    def _compare(
        self,
        suite: Suite,
        asked: tuple[Question, Truth],
        verdicts: dict[str, Verdict],
        columns: Mapping[str, Candidate],
    ) -> None:
        """Adds the verdicts on the other candidates, and keeps all of them."""
        question, truth = asked
        for name, candidate in columns.items():
            if answer := candidate(question, truth):
                verdicts[name] = dict(suite.judge(question, answer, truth))
        if suite.probe and self.engine:
            examined = next(iter(verdicts))
            verdicts[examined] = {
                **verdicts[examined],
                **suite.probe(self.engine, question, truth, self.sampling),
            }
        self.files.keep_clips(suite, question, truth.answer, truth=True)
        self.files.keep(suite, question, verdicts)


def _answers(
    candidate: Candidate, asked: Sequence[tuple[Question, Truth]]
) -> Iterator[tuple[Answer, float]]:
    """(answer, seconds that it took), from one batch if there are several questions and the
    candidate can do that."""
    start = time.monotonic()
    if len(asked) > 1 and isinstance(candidate, BatchCandidate):
        answers = candidate.answer_batch(asked)
        seconds = (time.monotonic() - start) / len(asked)
        yield from ((answer, seconds) for answer in answers)
        return
    for question, truth in asked:
        start = time.monotonic()
        answer = candidate(question, truth)
        yield answer, time.monotonic() - start
