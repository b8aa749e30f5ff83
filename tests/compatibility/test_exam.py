"""Exams that were started before are reported and continued, and kept benchmark cases are read."""

from __future__ import annotations

import json
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from .conftest import Sorairo
from .program import CANVAS_BENCHMARK, FILES


@pytest.fixture
def exam(old: Path, sorairo: Sorairo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder of old exams, where `sorairo` runs."""
    shutil.copytree(FILES / "exam", old / "exam")
    monkeypatch.chdir(old / "exam")
    return old / "exam"


def report(folder: Path) -> dict:
    """The report without its intervals, which are by scenes now: in the files each answer counts as
    independent."""
    found = json.loads((folder / "report.json").read_text())
    del found["commit"]
    for measures in found["suites"].values():
        for measure in measures.values():
            low, high = measure.pop("ci95")
            assert low is None or low <= measure["model"] <= high
    return found


def test_a_marked_exam_of_a_model_is_reported(sorairo: Sorairo, exam: Path):
    """The report has every suite with the same measures and columns."""
    expected = report(exam / "model-sat")
    assert len(expected["suites"]) == 9
    (exam / "model-sat" / "report.json").unlink()
    done = sorairo("exam", "--marked", "-n", 1, "-o", "model-sat")
    assert done.returncode == 0, done.stderr
    assert report(exam / "model-sat") == expected
    assert (exam / "model-sat" / "index.html").stat().st_size > 10_000


def test_an_exam_of_clips_goes_on(sorairo: Sorairo, exam: Path):
    """The record of a question that is missing is made again, with the same verdicts."""
    expected = report(exam / "clips-sat")
    path = exam / "clips-sat" / "M2" / "M2-0001.json"
    before = json.loads(path.read_text())
    path.unlink()
    what = ("M2", "M3", "-n", 2, "--clips", "clips", "-o", "clips-sat", "--workers", 1)
    done = sorairo("exam", *what)
    assert done.returncode == 0, done.stderr
    after = json.loads(path.read_text())
    assert after.keys() == before.keys()
    for column, measures in before.items():
        assert after[column] == pytest.approx(measures, abs=0.01)
    found = report(exam / "clips-sat")
    assert found["model"] == expected["model"]
    assert found["suites"]["M3"] == expected["suites"]["M3"]


def test_kept_cases_of_the_benchmark_are_read(exam: Path, monkeypatch: pytest.MonkeyPatch):
    """No case is run again: the report has the seconds that each took before."""
    expected = json.loads((exam / "kept.json").read_text())
    what = ["extend", "connect", "--model", "../models/tiny", "-n", "1", "--steps", "2"]
    what += ["--keep", "kept", "--json", "again.json"]
    monkeypatch.setattr(sys, "argv", [str(CANVAS_BENCHMARK), *what])
    runpy.run_path(str(CANVAS_BENCHMARK), run_name="__main__")
    assert json.loads((exam / "again.json").read_text()) == expected
