"""Questions that only a model can answer: kept one by one, and shared by several processes."""

from __future__ import annotations

import json
import runpy
import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from sorairo.errors import ConfigError
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.old_records import adopt_old_records
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.registry import SUITES
from sorairo.exam.run import ExamRun
from sorairo.exam.run_folder import RunFolder
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "canvas.py"
OLD = Path(__file__).parents[1] / "compatibility" / "files" / "exam" / "kept"


@dataclass(frozen=True, kw_only=True)
class Grey(Question):
    """Records that it was asked; the answer is a clip of one level of grey."""

    asked: list[int] = field(default_factory=list)
    broken: bool = False

    def truth(self) -> Truth:
        return KnownAnswer()

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        raise NotImplementedError


def paint(question: Grey, _truth: object) -> Answer:
    if question.broken:
        raise KeyboardInterrupt
    question.asked.append(question.seed)
    return [Clip(frames=np.full((2, 16, 16, 3), question.seed, np.uint8), fps=12.0)]


def judge(_question: Question, answer: Answer, _truth: Truth) -> Verdict:
    return {"level": float(answer[0].frames.mean())}


def greys(asked: list[int], broken: int | None = None) -> Suite:
    questions = [
        Grey(key=f"greys-{i:04d}", prompt="grey", seed=9 * i, asked=asked, broken=i == broken)
        for i in range(4)
    ]
    return Suite(
        name="greys",
        title="Greys",
        count=4,
        questions=lambda count: questions[:count],
        judge=judge,
        goals=(Goal(measure="level"),),
        **CAPABILITY,
    )


def run_in(folder: Path) -> ExamRun:
    run = ExamRun(
        columns={"model": paint, "truth": true_answer}, folder=folder, identity={"model": "a"}
    )
    run.begin()
    return run


def test_a_stopped_run_continues_where_it_stopped(tmp_path: Path):
    asked: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        list(run_in(tmp_path).run_suite(greys(asked, broken=2), 4))
    assert asked == [0, 9]
    judged = list(run_in(tmp_path).run_suite(greys(asked), 4))
    assert asked == [0, 9, 18, 27]
    assert [each.verdicts["model"]["level"] for each in judged] == [0, 9, 18, 27]
    assert all(each.verdicts["model"]["seconds"] >= 0 for each in judged)
    assert all("truth" not in each.verdicts for each in judged), "no right answer is known"
    assert len(RunFolder(tmp_path).clips(greys([]), judged[0].question)) == 1


def test_several_processes_share_the_questions(tmp_path: Path):
    asked: list[int] = []
    suite = greys(asked)
    for first in (0, 1):
        part = replace(suite, questions=lambda _count, i=first: suite.questions(4)[i::2])
        assert len(list(run_in(tmp_path).run_suite(part, 2))) == 2
    assert sorted(asked) == [0, 9, 18, 27]
    judged = list(run_in(tmp_path).run_suite(suite, 4))
    assert [each.question.seed for each in judged] == [0, 9, 18, 27]
    assert len(asked) == 4


@pytest.mark.parametrize("name", ["extend", "connect"])
def test_verdicts_of_an_old_benchmark_are_adopted(name: str, tmp_path: Path):
    files = RunFolder(Path(shutil.copytree(OLD, tmp_path / "kept")))
    plan = json.loads((OLD / name / "plan.json").read_text())
    suite, old = SUITES[name], json.loads((OLD / name / "0000.json").read_text())
    (question,) = suite.questions(1)
    assert question.label == old["label"]
    with pytest.raises(ConfigError, match="with other settings"):
        adopt_old_records(files, suite, [question], {**plan, "steps": 3})
    assert adopt_old_records(files, suite, [question], plan) == 1
    assert files.verdicts(suite, question) == old["verdicts"]
    assert adopt_old_records(files, suite, [question], plan) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--part", "1/2"], "add --keep FOLDER"),
        (["--part", "3/2", "--keep", "kept"], "invalid part value"),
        (["--part", "1/2", "--keep", "kept", "--json", "out.json"], "leave out --json"),
    ],
)
def test_parts_that_would_be_lost_are_refused(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(BENCHMARK), "story", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BENCHMARK), run_name="__main__")
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
