"""The exam: true clips pass, suites detect wrong clips, a stopped run can be continued."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

import sorairo
from sorairo.errors import ConfigError
from sorairo.exam import report, setup
from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.candidates.negative_controls import NEGATIVE_CONTROLS
from sorairo.exam.candidates.standard import ModelCandidate, true_answer
from sorairo.exam.question import Sampling
from sorairo.exam.registry import SUITES
from sorairo.exam.run import ExamRun
from sorairo.exam.scene_question import SceneTruth
from sorairo.exam.statistics import Estimate, Goal, Verdict, estimate, joint_estimate
from sorairo.exam.suite import SuiteResult
from sorairo.exam.suites.world import geneval_tasks
from sorairo.video import Clip

COUNTS = {"M2": 6, "M3": 7, "M3c": 7, "M4": 4, "M5": 5, "M6": 9, "M7": 4, "M9": 8, "M12": 3}
# What each suite must notice, and by which measure.
NOTICED = [
    *(("M2", "centroid", wrong) for wrong in NEGATIVE_CONTROLS if wrong != "other colours"),
    *(("M3", "all", wrong) for wrong in NEGATIVE_CONTROLS if wrong != "other colours"),
    *(("M3c", "all", wrong) for wrong in ("frozen", "other colours", "weightless", "vanished")),
    *(("M5", "all", wrong) for wrong in NEGATIVE_CONTROLS),
    *(("M6", "overall", wrong) for wrong in ("frozen", "other colours", "vanished")),
    ("M7", "right move", "frozen"),
    *(("M7", "reprojection", wrong) for wrong in ("shuffled", "frozen")),
    *(("M9", "as told, last tenth", wrong) for wrong in ("frozen", "other colours")),
    *(("M12", "psnr", wrong) for wrong in NEGATIVE_CONTROLS),
]


@cache
def truths(suite: str) -> list[SceneTruth]:
    """The truths of the suite's first questions, in English."""
    questions = SUITES[suite].questions(COUNTS[suite])
    return [SceneTruth(question) for question in questions if not question.key.endswith("zh")]


@cache
def verdicts_on(suite: str, who: str) -> list[Verdict]:
    """The verdicts on the truth's own clips, or on wrong ones."""
    answer = NEGATIVE_CONTROLS.get(who, true_answer)
    return [SUITES[suite].judge(t.question, answer(t.question, t), t) for t in truths(suite)]


def estimate_in(suite: str, goal: Goal, verdicts: list) -> Estimate:
    """A measure of a suite over some verdicts."""
    whole = SUITES[suite].joint.get(goal.measure)
    return joint_estimate(whole, verdicts) if whole else estimate(goal, verdicts)


@pytest.mark.parametrize(("suite", "measure", "wrong"), NOTICED)
def test_wrong_clips_are_detected(suite: str, measure: str, wrong: str):
    """The intervals of the truth and of the wrong clips do not overlap."""
    goal = next(goal for goal in SUITES[suite].goals if goal.measure == measure)
    true, false = (estimate_in(suite, goal, verdicts_on(suite, who)) for who in ("truth", wrong))
    lower = goal.most is not None
    better = true.high < false.low if lower else true.low > false.high
    assert better, (true, false)


@pytest.mark.parametrize("suite", COUNTS)
def test_the_truth_meets_every_goal(suite: str):
    for goal in SUITES[suite].goals:
        if goal.least is not None or goal.most is not None:
            found = estimate_in(suite, goal, verdicts_on(suite, "truth"))
            assert np.isnan(found.value) or goal.met(found.value), goal.measure


def test_a_stopped_run_continues_with_the_same_result(tmp_path: Path):
    asked = []

    def answer(question, truth):
        asked.append(question.key)
        return frozen(question, truth)

    run = ExamRun(
        columns={"model": answer, "truth": true_answer}, folder=tmp_path, identity={"model": "a"}
    )
    run.begin()
    first = list(run.run_suite(SUITES["M2"], 2))
    again = list(run.run_suite(SUITES["M2"], 3))
    assert asked == ["M2-0000", "M2-0001", "M2-0002"]
    assert [m.verdicts for m in again[:2]] == [m.verdicts for m in first]
    files = report.write(
        [SuiteResult(suite=SUITES["M2"], judged=again)], tmp_path, model="a", commit="b"
    )
    found = json.loads(files[0].read_text())["suites"]["M2"]["centroid"]
    assert found["floor"] < 0.01 < found["model"]
    assert found["ci95"][0] <= found["model"] <= found["ci95"][1]
    assert "M2-0002-truth.mp4" in files[1].read_text()
    other = dataclasses.replace(run, identity={"model": "another"})
    with pytest.raises(ConfigError, match="another model"):
        other.begin()


@pytest.mark.parametrize(
    ("suite", "measure", "wanted"), [("M4", "error", 0), ("M7", "right move", 1)]
)
def test_a_model_of_another_native_size_is_judged_at_that_of_the_true_clips(
    suite: str, measure: str, wanted: float, tmp_path: Path
):
    def enlarged(_question, truth):
        return [clip.resize(128, 128) for clip in truth.answer]

    run = ExamRun(columns={"model": enlarged}, folder=tmp_path, identity={})
    run.begin()
    (judged,) = run.run_suite(SUITES[suite], 1)
    assert judged.verdicts["model"][measure] == pytest.approx(wanted, abs=1e-3)
    (kept,) = run.files.clips(SUITES[suite], judged.question)
    assert (Clip.load(kept).width, Clip.load(kept).height) == (96, 96)


def test_intervals_shrink_with_the_number_of_questions():
    goal = SUITES["M2"].goals[0]
    verdicts = verdicts_on("M2", "shuffled")
    few, many = estimate(goal, verdicts), estimate(goal, verdicts * 4)
    assert (many.high - many.low) == pytest.approx((few.high - few.low) / 2, rel=0.25)
    assert np.isclose(few.value, many.value)


@pytest.mark.parametrize("wrong", ["shuffled", "frozen", "weightless"])
def test_sim_iq_is_100_for_the_truth_and_less_for_what_is_wrong(wrong: str):
    # What vanishes half-way keeps much of its score: the formula looks at motion alone.
    joint = SUITES["M4"].joint.values()
    assert [score(verdicts_on("M4", "truth")) for score in joint] == [100, 100]
    assert max(score(verdicts_on("M4", wrong)) for score in joint) < 80


def test_a_motionless_minute_is_detected():
    suite = SUITES["M8"]
    (question,) = suite.questions(1)
    truth = SceneTruth(question)
    true, false = (suite.judge(question, a(question, truth), truth) for a in (true_answer, frozen))
    assert true["object set at 60 s"] == 1
    assert true["motion at 60 s"] == pytest.approx(1, abs=0.3)
    assert false["motion at 60 s"] == 0
    black = Clip(frames=np.zeros_like(truth.clip.frames), fps=truth.clip.fps)
    assert suite.judge(question, [black], truth)["drift at 60 s"] == 0


def test_a_third_object_of_a_named_color_is_noticed(monkeypatch: pytest.MonkeyPatch):
    suite = SUITES["M6"]
    question = next(each for each in suite.questions(9) if each.about == "position, en")
    truth = SceneTruth(question)
    assert suite.judge(question, [truth.clip], truth)["position"] == 1
    seen = geneval_tasks.detect_objects(truth.clip.frames[0])
    monkeypatch.setattr(geneval_tasks, "detect_objects", lambda *_, **__: [*seen, seen[0]])
    assert suite.judge(question, [truth.clip], truth)["position"] == 0


def test_two_runs_give_the_same_result():
    engine, suite = sorairo.load(), SUITES["M6"]
    question = suite.questions(1)[0]
    truth = SceneTruth(question)
    answer = ModelCandidate(engine=engine, sampling=Sampling(steps=4))
    one, other = (answer(question, truth) for _ in range(2))
    assert np.array_equal(one[0].frames, other[0].frames)
    assert suite.judge(question, one, truth) == suite.judge(question, other, truth)


def test_several_workers_judge_as_one_alone_and_end_with_their_work(tmp_path: Path):
    """With two worker processes and with none: the same verdicts in the same order. Interrupted
    while they judge further questions, no process is left."""
    suite, results = dataclasses.replace(SUITES["M6"], batch_size=2), []

    def judged(workers: int, then_interrupted: bool) -> None:
        make = partial(
            setup.run_of_model, "tabletop", tmp_path / str(workers), steps=2, guidance=None
        )
        with setup.workers_for(make, workers) as judge_batches:
            run = make()
            results.append(list(run.run_suite(suite, 3, judge_batches)))
            if then_interrupted:
                next(run.run_suite(suite, 6, judge_batches))
                raise KeyboardInterrupt

    judged(1, then_interrupted=False)
    with pytest.raises(KeyboardInterrupt):
        judged(2, then_interrupted=True)
    assert not multiprocessing.active_children()
    one, two = results
    assert [m.question.key for m in one] == [m.question.key for m in two]
    for column in ("truth", "codec", "nearest clip"):
        assert [m.verdicts[column] for m in one] == [m.verdicts[column] for m in two]
    assert [set(m.verdicts["model"]) for m in one] == [set(m.verdicts["model"]) for m in two]
