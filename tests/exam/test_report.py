"""The report: a self-contained page, and the worst answers first."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exam_reports import ERROR, TIMED, Page, errors, page_of, result_of
from sorairo.errors import WriteError
from sorairo.exam import report
from sorairo.exam.registry import LIFELIKE_SUITES, PLAYED_SUITES, SUITES, WORLD_SUITES
from sorairo.exam.report.clips import MOST_SHOWN
from sorairo.exam.report.markup import escape, tag
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import JudgedQuestion, Suite, SuiteResult

EXPLAINED = Path(__file__).parents[2] / "docs" / "explain" / "exam.md"
NASTY = '<script>alert("x")</script> & a red ball'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the clips of one question and the pictures of another (the page reads none)."""
    (tmp_path / "M0").mkdir()
    for name in ("M0-0000.mp4", "M0-0000-truth.mp4", "M0-0001.mp4", "M0-0001-truth.mp4"):
        (tmp_path / "M0" / name).write_bytes(b"")
    for name in ("M0-0001.png", "M0-0001-truth.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / "M0" / name)
    return tmp_path


def test_the_page_is_self_contained(folder: Path):
    result = errors(0.2, 0.1)
    files = report.write([result], folder, model="m", commit="c")
    text = files[1].read_text(encoding="utf-8")
    assert "://" not in text
    page = Page(text)
    for attributes in page.all("video", "img"):
        assert (folder / (attributes["src"] or "")).exists()
    ids = {attributes.get("id") for _, attributes in page.found}
    for link in page.all("a"):
        target = link["href"] or ""
        assert target[1:] in ids if target.startswith("#") else (folder / target).exists()


def test_a_screen_reader_gets_everything(folder: Path):
    page = page_of(errors(0.2, 0.1), folder=folder)
    assert page.all("html")[0]["lang"] == "en"
    assert all(svg.get("aria-label") or svg.get("aria-hidden") for svg in page.all("svg"))
    assert all(video["aria-label"] == "model: a red ball" for video in page.all("video")[:1])
    assert all(image["alt"] for image in page.all("img"))
    assert all(head["scope"] in ("row", "col") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 2


def test_text_is_escaped(folder: Path):
    result = result_of([ERROR], {"model": {"error": 0.1}}, prompt=NASTY)
    text = report.page([result], folder, model=NASTY, commit=NASTY)
    page = Page(text)
    assert NASTY not in text
    assert len(page.all("script")) == 1
    assert page.text.count(NASTY) == 4  # title, heading, commit, prompt
    assert tag("b", escape("<"), title='"<') == '<b title="&quot;&lt;">&lt;</b>'


def test_a_picture_is_shown_as_one(folder: Path):
    page = page_of(errors(0.2, 0.1), folder=folder)
    assert [v["src"] for v in page.all("video")] == ["M0/M0-0000.mp4", "M0/M0-0000-truth.mp4"]
    assert [i["src"] for i in page.all("img")] == ["M0/M0-0001.png", "M0/M0-0001-truth.png"]


def test_every_suite_has_a_row_that_says_whether_its_first_goal_is_met(folder: Path):
    results = [errors(0.01, 0.03), errors(0.2, 0.4), result_of([Goal(measure="a")], {"m": {}})]
    text = page_of(*results, folder=folder).text
    summary = text[text.index("Summary") : text.index("with its 95 % interval")].split("\n")
    assert (summary.count("met"), summary.count("missed")) == (1, 1)
    assert summary.count("≤ 0.05 ") == 2
    assert "model: error, 2 questions" in summary


def test_the_summary_counts_all_goals(folder: Path):
    case = {"model": {"error": 0.01, "iou": 0.1}, "truth": {"error": 0.0}}
    result = result_of([ERROR, Goal(measure="iou", least=0.4), Goal(measure="lost")], case)
    text = page_of(result, folder=folder).text
    assert "≤ 0.05 \nmet\n1 of 2 goals met" in text


@pytest.mark.parametrize("name", list(SUITES))
def test_every_suite_of_the_exam_can_be_reported(name: str, tmp_path: Path):
    suite = SUITES[name]
    measures = {goal.measure for goal in suite.goals if goal.measure not in suite.joint}
    verdicts = {column: dict.fromkeys(measures, 1.0) for column in suite.columns}
    questions = [judged.question for judged in errors(1, 1).judged]
    result = SuiteResult(
        suite=Suite(**{**vars(suite), "joint": dict.fromkeys(suite.joint, _always)}),
        judged=[JudgedQuestion(question=question, verdicts=verdicts) for question in questions],
    )
    files = report.write([result], tmp_path, model="m", commit="c")
    assert json.loads(files[0].read_text())["suites"][name].keys() == {g.key for g in suite.goals}
    page = Page(files[1].read_text(encoding="utf-8"))
    assert len([plot for plot in page.all("figure") if plot.get("class") == "plot"]) > 0


def _always(_verdicts: Sequence[Verdict]) -> float:
    return 50.0


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path):
    """A disk that is full while an exam goes on leaves the report before."""
    nothing = {"model": {"error": float("nan")}, "truth": {}}
    results = [result_of([ERROR], nothing)]
    files = report.write(results, tmp_path, model="m", commit="c")
    before = [path.read_bytes() for path in files]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(WriteError, match=r"report\.json: File too large\.$"):
            report.write(results, tmp_path, model="other", commit="c")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.read_bytes() for path in files] == before
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_measure_without_cases_is_not_measured(tmp_path: Path):
    nothing = {"model": {"error": float("nan")}, "truth": {}}
    files = report.write([result_of([ERROR], nothing)], tmp_path, model="m", commit="c")
    entry = json.loads(files[0].read_text(), parse_constant=pytest.fail)["suites"]["M0"]["error"]
    assert (entry["model"], entry["ci95"], entry["n"]) == (None, [None, None], 0)
    assert "not measured" in Page(files[1].read_text(encoding="utf-8")).text


def test_a_bound_below_the_codec_is_shown_as_a_number(tmp_path: Path):
    goal = Goal(measure="psnr", below_codec=2.0)
    case = {name: {"psnr": value} for name, value in (("model", 27.0), ("codec", 30.0))}
    result = result_of([goal], case)
    files = report.write([result], tmp_path, model="m", commit="c")
    assert json.loads(files[0].read_text())["suites"]["M0"]["psnr"]["goal"] == 28.0
    text = Page(files[1].read_text(encoding="utf-8")).text
    assert "≥ 28 \nmissed" in text
    assert "✗ psnr 27" in text


def test_the_record_names_floor_codec_and_baselines():
    case = {name: {"error": i / 10} for i, name in enumerate(("m", "truth", "codec", "still"))}
    both = Goal(measure="error", of="median", least=0.8, most=1.2)
    found = report.record([result_of([ERROR, both], case)], model="m", commit="c")
    assert found["suites"]["M0"]["error"] == {
        "model": 0.0,
        "ci95": [0.0, 0.0],
        "n": 1,
        "floor": 0.1,
        "codec": 0.2,
        "baselines": {"still": 0.3},
        "goal": 0.05,
        "anchors": "another .149",
    }
    assert found["suites"]["M0"]["error (median)"]["goal"] == [0.8, 1.2]


def test_the_worst_come_first(tmp_path: Path):
    view = SuiteView(errors(*np.linspace(0.06, 0.6, 2 * MOST_SHOWN)))
    assert [m.question.seed for m in view.worst_first()] == list(reversed(range(2 * MOST_SHOWN)))
    page = page_of(view.result, folder=tmp_path)
    assert f"The worst answers first: {MOST_SHOWN} of {2 * MOST_SHOWN}" in page.text
    assert page.text.count("✗ error") == MOST_SHOWN


def test_without_a_bound_the_worst_are_farthest_from_the_truth():
    cases = [{"model": {"a": a}, "truth": {"a": 0.5}} for a in (0.5, 0.1, 0.7, float("nan"))]
    view = SuiteView(result_of([Goal(measure="a")], *cases))
    assert [m.question.seed for m in view.worst_first()] == [1, 2, 0, 3]


def test_a_verdict_is_shown_in_words(tmp_path: Path):
    goals = [*TIMED[:2], ERROR, Goal(measure="seen", share=True), Goal(measure="nothing")]
    verdict = {"set at 5 s": 1.0, "set at 60 s": 0.0, "error": 0.01234, "seen": 1.0}
    page = page_of(result_of(goals, {"model": verdict}), folder=tmp_path)
    entries = page.text.split("\n")
    for entry in ("set: ✓ 5 s yes, ✗ 60 s no", "✓ error 0.0123", "seen yes"):
        assert entry in entries
    assert not any(entry.startswith("nothing ") for entry in entries)


def test_the_page_about_the_exam_names_the_suites_that_run():
    """If this fails, a row of the table in docs/explain/exam.md is no longer true."""
    rows = [line for line in EXPLAINED.read_text(encoding="utf-8").splitlines() if "|" in line]
    running = [row for row in rows if row.endswith("| runs |")]
    names = {*WORLD_SUITES, *LIFELIKE_SUITES, *PLAYED_SUITES}
    assert [row.split()[1] for row in running] == sorted(
        names, key=lambda name: (int(name[1:].rstrip("bc")), name)
    )
    for row, name in zip(running, [row.split()[1] for row in running], strict=True):
        first = SUITES[name].goals[0]
        assert f"| {first.key} {first} |" in row
