"""M14: true stories pass, and stories with other people, other clothes or no cut do not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sorairo.exam.candidates.lifelike_controls import LIFELIKE_CONTROLS
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.question import Sampling
from sorairo.exam.registry import SUITES
from sorairo.exam.statistics import Verdict
from sorairo.exam.suites.lifelike.same_person import SHOT, SHOTS, StoryTruth
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.video import Clip

SUITE, CONTROLS = SUITES["M14"], LIFELIKE_CONTROLS["M14"]


@cache
def truth() -> StoryTruth:
    return SUITE.questions(1)[0].truth()


def verdict(who: str) -> Verdict:
    answer = {"truth": true_answer, **CONTROLS}[who](truth().question, truth())
    return SUITE.judge(truth().question, answer, truth())


def test_a_true_story_passes():
    assert verdict("truth") == dict.fromkeys(("cuts", "somebody", "clothes", "hair", "all"), 1.0)


@pytest.mark.parametrize(
    ("who", "wrong"),
    [
        ("other people", "clothes"),
        ("exchanged clothes", "clothes"),
        ("frozen", "cuts"),
        ("noise", "cuts"),
    ],
)
def test_each_control_fails_by_what_is_wrong(who: str, wrong: str):
    found = verdict(who)
    assert (found[wrong], found["all"]) == (0.0, 0.0)


def test_a_story_of_another_frame_rate_is_judged_by_its_times():
    clip = truth().clip
    faster = Clip(frames=clip.frames.repeat(2, 0), fps=2 * clip.fps)
    assert SUITE.judge(truth().question, [faster], truth()) == verdict("truth")


def test_there_must_be_somebody():
    frames = truth().clip.frames
    empty = np.broadcast_to(np.linspace(90, 160, 128, dtype=np.uint8)[:, None, None], frames.shape)
    found = SUITE.judge(truth().question, [Clip(frames=empty.copy(), fps=12.0)], truth())
    assert (found["somebody"], found["all"]) == (0.0, 0.0)


def test_a_story_is_one_storyboard_of_one_person():
    questions = SUITE.questions(4)
    assert [len(question.scenes) for question in questions] == [*SHOTS, *SHOTS]
    for question in questions:
        request, clips = question.request(question.truth(), Sampling(), fps=12.0)
        assert isinstance(request, Storyboard)
        assert (clips, request.seconds) == ([], question.num_frames / 12)
        assert len({scene.people for scene in question.scenes}) == 1
        events = [scene.event for scene in question.scenes]
        assert all(one != other for one, other in zip(events, events[1:], strict=False))
        assert question.num_frames == SHOT * len(events)
        request.validate(Limits(max_frames=720))
