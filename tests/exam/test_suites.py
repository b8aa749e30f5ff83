"""The judges of every suite: the truth passes, and a wrong answer does not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.exam.canvas_sheet import sheet
from sorairo.exam.canvas_suite import Plan, Report, Result, strip
from sorairo.exam.canvas_suites import SUITES
from sorairo.exam.held_out_scenes import ENDLESS, STILL, film, prompt_of, scenes
from sorairo.exam.suites.canvas import bridges, edits, futures, given, minutes, pictures, stories
from sorairo.video import Clip
from sorairo.world.tabletop.language.captions import held_out, parse

FEW = Plan(cases=1)


def shortfalls(suite: str, verdict) -> list[str]:
    return [aim.measure for aim in SUITES[suite].aims if aim.failed(verdict)]


def still(clip: Clip) -> Clip:
    return Clip(frames=clip.frames[:1].repeat(clip.num_frames, axis=0), fps=clip.fps)


def test_prompts_say_all_that_is_judged_and_are_no_captions():
    for scene in scenes(12, STILL):
        styled = dataclasses.replace(scene, style="oil")
        text = prompt_of(styled)
        told = parse(text)
        assert held_out(text)
        assert prompt_of(styled) == text
        assert (told.floor, told.style) == (scene.floor, "oil")
        assert scene.light in ("day", told.light)


def test_what_is_given_is_found_changed_or_not():
    for case in given.cases(FEW):
        if case.true is None:
            continue
        assert shortfalls("given", case.judge([case.true])) == [], case.label
        frames = np.minimum(case.true.frames, 250) + np.uint8(3)
        worse = case.judge([Clip(frames=frames, fps=12.0)])
        assert shortfalls("given", worse), case.label


def test_a_cut_at_a_joint_shows():
    case = next(c for c in given.cases(FEW) if c.label.startswith("forward"))
    (joint,) = case.joints
    frames = case.true.frames.copy()
    frames[joint + 1 :] = frames[joint + 1 :, :, ::-1]
    assert "excess" in shortfalls("given", case.judge([Clip(frames=frames, fps=12.0)]))


def test_the_true_future_is_nearer_than_the_guesses():
    errors = []
    for case in futures.nexts(Plan(cases=3)):
        verdict = case.judge(case.truth())
        errors.append(verdict["error"])
        assert shortfalls("extend", verdict) == [], (case.label, verdict)
        frozen = np.concatenate(
            [case.clip.frames[: futures.SEEN], case.clip.frames[[futures.SEEN - 1] * futures.NEXT]]
        )
        wrong = case.judge([Clip(frames=frozen, fps=12.0)])
        assert wrong["error"] > 2 * verdict["error"]
        assert wrong["less frozen"] == pytest.approx(0, abs=0.03)
    assert np.median(errors) < 0.02


def test_what_is_gone_after_ten_extensions_is_missed():
    scene = scenes(1, ENDLESS, skip=3000)[0]
    start = film(scene, 2.0)
    case = futures.Chain(scene=scene, prompt="", seed=0, keep=True, start=start)
    assert shortfalls("chain", case.judge([start])) == []
    gone = Clip(frames=np.full_like(start.frames, 128), fps=12.0)
    assert set(shortfalls("chain", case.judge([gone]))) == {"drift, kept", "object set, kept"}


def test_loops_close_and_plain_clips_do_not():
    case = next(c for c in bridges.cycles(FEW) if c.given is not None)
    assert shortfalls("loop", case.judge(case.truth())) == []
    scene = scenes(1, dataclasses.replace(STILL, events=("roll",)), skip=4000)[0]
    assert shortfalls("loop", case.judge([film(scene, 2.0)])) == ["seam, closed"]


def test_a_hard_cut_is_no_bridge():
    case = bridges.bridges(FEW)[0]
    assert shortfalls("connect", case.judge(case.truth())) == []
    middle = case.before.frames[[-1] * 24]
    cut = np.concatenate([case.before.frames, middle, case.after.frames])
    verdict = case.judge([Clip(frames=cut, fps=12.0)])
    assert shortfalls("connect", verdict) == ["sharpest of the bridge"]


def test_edits_that_did_nothing_or_stopped_the_motion_fail():
    for case in edits.edits(Plan(cases=4)):
        verdict = case.judge(case.truth())
        assert shortfalls("edit", verdict) == [], (case.label, verdict)
        assert case.judge([case.source] * 2)["new attribute"] == 0
        stopped = case.judge([case.source] + [still(clip) for clip in case.truth()[1:]])
        assert stopped.get("motion kept", 0) == 0


def test_styles_and_pictures():
    case = pictures.styled(FEW)[0]
    assert shortfalls("style", case.judge(case.truth())) == []
    plain = film(dataclasses.replace(case.scene, style="none"), 1.0)
    assert shortfalls("style", case.judge([plain])) == ["style"]
    keyed = pictures.keyed(FEW)[0]
    assert keyed.judge(keyed.truth())["beside, dB"] == 60
    assert keyed.judge([still(keyed.true)])["beside, dB"] < 40


def test_cuts_are_looked_for_where_they_are_asked_for():
    for case in stories.stories(Plan(cases=2)):
        true = case.truth()
        assert shortfalls("story", case.judge(true)) == [], case.label
        late = Clip(frames=np.roll(true[0].frames, 2, axis=0), fps=12.0)
        assert case.judge([late])["cuts"] == 0
        one = Clip(frames=np.tile(true[0].frames[:24], (3, 1, 1, 1)), fps=12.0)
        assert case.judge([one])["a card"] < 1 or len({s.bodies[0].color for s in case.scenes}) == 1


def test_a_minute_that_came_to_rest_is_found():
    case = minutes.minutes(Plan(cases=2))[1]  # the first frame of the other is misread, alone
    true = case.truth()
    assert shortfalls("minute", case.judge(true)) == []
    assert shortfalls("minute", case.judge([still(true[0])])) == ["motion"]


def test_the_worst_case_stands_first_on_the_sheet():
    cases = edits.edits(Plan(cases=2))
    results = [
        Result(
            label=case.label,
            strips=[strip(clip) for clip in answer],
            verdicts={"model": case.judge(answer)},
        )
        for case, answer in ((cases[0], cases[0].truth()), (cases[1], [cases[1].source] * 5))
    ]
    report = Report(suite=SUITES["edit"], results=results)
    aims = report.suite.aims
    assert results[0].badness(aims) == 0 < results[1].badness(aims)
    page = sheet(report, most=1)
    assert page.height < sheet(report, most=2).height
    assert report.columns()["model"]["new attribute"].value == 0.5
