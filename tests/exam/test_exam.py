"""The exam: truth passes, every wrong clip is noticed where it should be, a sitting goes on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from sorairo.errors import ConfigError
from sorairo.exam import report
from sorairo.exam.answers import by_simulator, frozen
from sorairo.exam.exam import Sitting, SuiteResult
from sorairo.exam.exams import EXAM
from sorairo.exam.figures import figure
from sorairo.exam.question import Truth
from sorairo.exam.wrong import WRONG

COUNT = 12
MARKED = ("M2", "M3", "M12")
# What each suite must notice, and by which measure.
NOTICED = [
    *(("M2", "centroid", wrong) for wrong in WRONG if wrong != "other colours"),
    *(("M3", "all", wrong) for wrong in WRONG if wrong != "other colours"),
    *(("M12", "psnr", wrong) for wrong in WRONG),
]


@pytest.fixture(scope="module")
def marks() -> dict[tuple[str, str], list]:
    found = {}
    for name in MARKED:
        suite = EXAM[name]
        questions = suite.questions(COUNT)
        truths = [Truth(question) for question in questions]
        for who, answer in {"truth": by_simulator, **WRONG}.items():
            found[name, who] = [
                suite.judge(q, answer(q, t), t) for q, t in zip(questions, truths, strict=True)
            ]
    return found


@pytest.mark.parametrize(("suite", "measure", "wrong"), NOTICED)
def test_wrong_clips_are_noticed(marks: dict, suite: str, measure: str, wrong: str):
    """The intervals of the truth and of the wrong clips do not overlap."""
    goal = next(goal for goal in EXAM[suite].goals if goal.measure == measure)
    true, false = (figure(goal, marks[suite, who]) for who in ("truth", wrong))
    better = true.low > false.high if goal.least is not None else true.high < false.low
    assert better, (true, false)


@pytest.mark.parametrize("suite", MARKED)
def test_the_truth_meets_every_goal(marks: dict, suite: str):
    for goal in EXAM[suite].goals:
        if goal.least is not None or goal.most is not None:
            assert goal.met(figure(goal, marks[suite, "truth"]).value), goal.measure


def test_a_sitting_goes_on_where_it_stopped_and_says_the_same(tmp_path: Path):
    asked = []

    def answer(question, truth):
        asked.append(question.key)
        return frozen(question, truth)

    sitting = Sitting(
        columns={"model": answer, "truth": by_simulator}, folder=tmp_path, who={"model": "a"}
    )
    sitting.begin()
    first = list(sitting.sit(EXAM["M2"], 2))
    again = list(sitting.sit(EXAM["M2"], 3))
    assert asked == ["M2-0000", "M2-0001", "M2-0002"]
    assert [m.verdicts for m in again[:2]] == [m.verdicts for m in first]
    files = report.write(
        [SuiteResult(suite=EXAM["M2"], marked=again)], tmp_path, model="a", commit="b"
    )
    told = json.loads(files[0].read_text())["suites"]["M2"]["centroid"]
    assert told["floor"] < 0.01 < told["model"]
    assert told["ci95"][0] <= told["model"] <= told["ci95"][1]
    assert "M2-0002-truth.mp4" in files[1].read_text()
    other = dataclasses.replace(sitting, who={"model": "another"})
    with pytest.raises(ConfigError, match="another model"):
        other.begin()


def test_intervals_shrink_with_the_number_of_questions(marks: dict):
    goal = EXAM["M2"].goals[0]
    verdicts = marks["M2", "shuffled"]
    few, many = figure(goal, verdicts), figure(goal, verdicts * 4)
    assert (many.high - many.low) == pytest.approx((few.high - few.low) / 2, rel=0.25)
    assert np.isclose(few.value, many.value)


@pytest.mark.parametrize("wrong", ["shuffled", "frozen", "weightless"])
def test_sim_iq_is_100_for_the_truth_and_less_for_what_is_wrong(wrong: str):
    # What vanishes half-way keeps much of its score: the formula looks at motion alone.
    suite = EXAM["M4"]
    questions = suite.questions(4)
    truths = [Truth(question) for question in questions]

    def scores(answer) -> list[float]:
        verdicts = [suite.judge(q, answer(q, t), t) for q, t in zip(questions, truths, strict=True)]
        return [score(verdicts) for score in suite.overall.values()]

    assert scores(by_simulator) == [100, 100]
    assert max(scores(WRONG[wrong])) < 80


def test_a_minute_that_stands_still_is_noticed():
    suite = EXAM["M8"]
    (question,) = suite.questions(1)
    truth = Truth(question)
    true, false = (suite.judge(question, a(question, truth), truth) for a in (by_simulator, frozen))
    assert true["object set at 60 s"] == 1
    assert true["motion at 60 s"] == pytest.approx(1, abs=0.3)
    assert false["motion at 60 s"] == 0
