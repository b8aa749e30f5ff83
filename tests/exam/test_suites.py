"""The judges of every suite: the truth passes, and a wrong answer does not."""

from __future__ import annotations

import dataclasses
import inspect
import json
import pickle
import subprocess
from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np
import pytest

from sorairo.exam import registry, setup, suites
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.held_out_scenes import ENDLESS, STILL, film, prompt_of, scenes
from sorairo.exam.question import Answer, Question, Sampling, Truth
from sorairo.exam.registry import CANVAS_SUITES, SUITES
from sorairo.exam.report.contact_sheet import contact_sheet_of
from sorairo.exam.run import ExamRun
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import SuiteResult
from sorairo.exam.suites.canvas import extend
from sorairo.exam.suites.canvas.chain import Chain
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.language.captions import held_out, parse


def shortfalls(suite: str, verdict: Verdict) -> list[str]:
    return [goal.measure for goal in SUITES[suite].goals if goal.failed(verdict)]


TRUTHS: dict[str, Truth] = {}


def truth_of(question: Question) -> Truth:
    """The truth of a question, which is drawn once."""
    if question.key not in TRUTHS:
        TRUTHS[question.key] = question.truth()
    return TRUTHS[question.key]


def verdict_on(suite: str, question: Question, answer: Answer | None = None) -> Verdict:
    """The verdict on an answer, or on the true one. A share counts verdicts of yes or no."""
    truth = truth_of(question)
    verdict = SUITES[suite].judge(question, truth.answer if answer is None else answer, truth)
    shares = [verdict.get(goal.measure, 0) for goal in SUITES[suite].goals if goal.share]
    assert {value for value in shares if not np.isnan(value)} <= {0, 1}, verdict
    return verdict


def still(clip: Clip) -> Clip:
    return Clip(frames=clip.frames[:1].repeat(clip.num_frames, axis=0), fps=clip.fps)


def test_prompts_say_all_that_is_judged_and_are_no_captions():
    for scene in scenes(12, STILL):
        styled = dataclasses.replace(scene, style="oil")
        text = prompt_of(styled)
        parsed = parse(text)
        assert held_out(text)
        assert prompt_of(styled) == text
        assert (parsed.floor, parsed.style) == (scene.floor, "oil")
        assert scene.light in ("day", parsed.light)


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_names_what_exists(name: str):
    suite = SUITES[name]
    assert set(suite.columns) <= {"model", "codec", *setup.COMPARISONS}
    assert suite.goals
    assert "-" not in name
    assert set(suite.joint) <= {goal.measure for goal in suite.goals}


def test_every_suite_file_is_registered():
    written = {
        path.stem
        for path in Path(suites.__file__).parent.glob("*/*.py")
        if "SUITE = Suite(" in path.read_text(encoding="utf-8")
    }
    registered = {Path(module.__file__ or "").stem for module in modules_of(registry)}
    assert written <= registered


def modules_of(module: ModuleType) -> list[ModuleType]:
    return [each for each in vars(module).values() if inspect.ismodule(each)]


def test_one_answer_meets_a_goal_on_a_share():
    rare, usual = Goal(measure="m", share=True, most=0.1), Goal(measure="m", share=True, least=0.9)
    for value, bad, good in ((0.0, usual, rare), (1.0, rare, usual)):
        assert bad.failed({"m": value})
        assert not good.failed({"m": value})
        assert (bad.shortfall({"m": value}), good.shortfall({"m": value})) == (1.0, 0.0)


@pytest.mark.parametrize("suite", [name for name in CANVAS_SUITES if name != "cost"])
def test_keys_do_not_depend_on_the_number_of_questions(suite: str):
    few, more = (SUITES[suite].questions(count) for count in (1, 2))
    keys = [question.key for question in more]
    assert len(set(keys)) == len(keys)
    by_key = {question.key: question for question in more}
    for question in few:
        assert question.key.startswith(f"{suite}-")
        assert by_key[question.key].label == question.label
        assert by_key[question.key].seed == question.seed
        assert pickle.loads(pickle.dumps(question)).label == question.label, "workers get a pickle"


def test_what_is_given_is_found_changed_or_not():
    for question in SUITES["given"].questions(1):
        if question.true is None:
            continue
        true = question.true
        assert shortfalls("given", verdict_on("given", question)) == [], question.label
        frames = np.minimum(true.frames, 250) + np.uint8(3)
        worse = verdict_on("given", question, [Clip(frames=frames, fps=12.0)])
        assert shortfalls("given", worse), question.label


def test_a_cut_at_a_joint_shows():
    question = next(q for q in SUITES["given"].questions(1) if q.about == "forward")
    (joint,) = question.joints
    frames = question.true.frames.copy()
    frames[joint + 1 :] = frames[joint + 1 :, :, ::-1]
    worse = verdict_on("given", question, [Clip(frames=frames, fps=12.0)])
    assert "excess" in shortfalls("given", worse)


def test_the_true_future_is_nearer_than_the_guesses():
    errors = []
    for question in SUITES["extend"].questions(3):
        verdict = verdict_on("extend", question)
        errors.append(verdict["error"])
        assert shortfalls("extend", verdict) == [], (question.label, verdict)
        given = question.clip.frames[: extend.GIVEN]
        frozen = np.concatenate([given, given[-1:].repeat(extend.NEXT, axis=0)])
        wrong = verdict_on("extend", question, [Clip(frames=frozen, fps=12.0)])
        assert wrong["error"] > 2 * verdict["error"]
        assert wrong["less frozen"] == pytest.approx(0, abs=0.03)
    assert np.median(errors) < 0.02


def test_an_object_that_is_gone_after_ten_extensions_is_detected():
    scene = scenes(1, ENDLESS, skip=3000)[0]
    start = film(scene, 2.0)
    question = Chain(key="chain-0000-kept", prompt="", seed=0, scene=scene, keep=True, start=start)
    assert shortfalls("chain", verdict_on("chain", question, [start])) == []
    gone = [Clip(frames=np.full_like(start.frames, 128), fps=12.0)]
    missed = shortfalls("chain", verdict_on("chain", question, gone))
    assert set(missed) == {"drift, kept", "object set, kept"}


def test_loops_close_and_plain_clips_do_not():
    question = next(q for q in SUITES["loop"].questions(1) if q.given is not None)
    assert shortfalls("loop", verdict_on("loop", question)) == []
    scene = scenes(1, dataclasses.replace(STILL, events=("roll",)), skip=4000)[0]
    plain = verdict_on("loop", question, [film(scene, 2.0)])
    assert shortfalls("loop", plain) == ["seam, closed"]


def test_a_hard_cut_is_no_bridge():
    question = SUITES["connect"].questions(1)[0]
    assert shortfalls("connect", verdict_on("connect", question)) == []
    middle = question.before.frames[[-1] * 24]
    cut = np.concatenate([question.before.frames, middle, question.after.frames])
    verdict = verdict_on("connect", question, [Clip(frames=cut, fps=12.0)])
    assert shortfalls("connect", verdict) == ["sharpest of the bridge"]


def test_edits_that_did_nothing_or_stopped_the_motion_fail():
    for question in SUITES["edit"].questions(4):
        verdict = verdict_on("edit", question)
        assert shortfalls("edit", verdict) == [], (question.label, verdict)
        assert verdict_on("edit", question, [question.source] * 2)["new attribute"] == 0
        edited = truth_of(question).answer[1:]
        stopped = verdict_on("edit", question, [question.source, *(still(clip) for clip in edited)])
        assert stopped.get("motion kept", 0) == 0


def test_styles_and_pictures():
    styled = SUITES["style"].questions(1)[0]
    assert shortfalls("style", verdict_on("style", styled)) == []
    plain = film(dataclasses.replace(styled.scene, style="none"), 1.0)
    assert shortfalls("style", verdict_on("style", styled, [plain])) == ["style"]
    keyed = SUITES["keyframe"].questions(1)[0]
    assert verdict_on("keyframe", keyed)["beside, dB"] == 60
    assert verdict_on("keyframe", keyed, [still(keyed.true)])["beside, dB"] < 40


def test_cuts_are_looked_for_where_they_are_requested():
    for question in SUITES["story"].questions(2):
        (true,) = truth_of(question).answer
        assert shortfalls("story", verdict_on("story", question)) == [], question.label
        late = Clip(frames=np.roll(true.frames, 2, axis=0), fps=12.0)
        assert verdict_on("story", question, [late])["cuts"] == 0
        one = Clip(frames=np.tile(true.frames[:24], (3, 1, 1, 1)), fps=12.0)
        colors = {scene.bodies[0].color for scene in question.scenes}
        assert verdict_on("story", question, [one])["a card"] < 1 or len(colors) == 1


def test_a_minute_that_came_to_rest_is_found():
    question = SUITES["minute"].questions(2)[1]  # the first frame of the other is misread, alone
    truth, judge = truth_of(question), SUITES["minute"].judge
    assert shortfalls("minute", judge(question, truth.answer, truth)) == []
    stopped = [still(truth.answer[0])]
    assert shortfalls("minute", judge(question, stopped, truth)) == ["motion"]


def test_the_cost_is_that_of_the_settings_examined(monkeypatch: pytest.MonkeyPatch):
    commands = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, stdout="{}")

    monkeypatch.setattr(subprocess, "run", run)
    sampling = Sampling(model="a", steps=3, guidance=2.5)
    question = SUITES["cost"].questions(1)[0]
    question.ask(cast("Capabilities", None), question.truth(), sampling)
    assert [command[-1] for command in commands] == [json.dumps(sampling.options(1))] * 2


def test_the_worst_answer_comes_first_on_the_sheet(tmp_path: Path):
    suite = dataclasses.replace(SUITES["edit"], columns=("model",))

    def right_once(question: Question, truth: object) -> Answer:
        true = true_answer(question, question.truth())
        return true if question.key == "edit-0000" else [true[0], true[0]]

    run = ExamRun(columns={"model": right_once}, folder=tmp_path, identity={"model": "a"})
    run.begin()
    result = SuiteResult(suite=suite, judged=list(run.run_suite(suite, 2)))
    assert result.judged[0].shortfall(suite.goals) == 0 < result.judged[1].shortfall(suite.goals)
    page = contact_sheet_of(result, run.files, most=1)
    assert page.height < contact_sheet_of(result, run.files, most=2).height
    assert result.estimates()["model"]["new attribute"].value == 0.5
