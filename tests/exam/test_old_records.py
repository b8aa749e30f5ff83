"""Folders of exams that an earlier version wrote can still be reported on and continued."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sorairo.exam.registry import SUITES
from sorairo.exam.run import ExamRun
from sorairo.exam.setup import facts_of, run_before

OLD = Path(__file__).parents[1] / "compatibility" / "files" / "exam" / "clips-sat"
IDENTITY = json.loads((OLD / "sitting.json").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "exam"))


def test_an_old_exam_is_reported_on(folder: Path):
    run = run_before(folder)
    assert facts_of(run)["model"] == f"clips {IDENTITY['clips'][:12]}"
    asked = run.judged_before(SUITES["M2"], SUITES["M2"].count)
    assert [question.key for question in asked] == ["M2-0000", "M2-0001"]
    judged = list(run.run_suite(SUITES["M2"], 2))
    for each in judged:
        path = OLD / "M2" / f"{each.question.key}.json"
        assert each.verdicts == json.loads(path.read_text())


def test_an_old_exam_goes_on(folder: Path):
    def nobody(question: object, truth: object) -> list:
        raise AssertionError("everything has been judged")

    run = ExamRun(columns={"model": nobody}, folder=folder, identity=IDENTITY)
    run.begin()
    assert json.loads((folder / "run.json").read_text()) == IDENTITY
    assert len(list(run.run_suite(SUITES["M2"], 2))) == 2
