"""M3c: an object of another shape, or two objects, in the last second alone are detected."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.exam.held_out_scenes import film
from sorairo.exam.registry import SUITES
from sorairo.exam.suites.world.lasting import LAST, SECONDS
from sorairo.video import Clip

SUITE = SUITES["M3c"]
OTHER = {"sphere": "box", "box": "sphere", "cylinder": "sphere"}


def test_another_shape_in_the_last_second_is_detected():
    found = []
    for question in SUITE.questions(8):
        truth, body = question.truth(), question.scene.bodies[0]
        other = dataclasses.replace(body, shape=OTHER[body.shape])
        scene = dataclasses.replace(question.scene, event="drop", bodies=(other,))
        frames = np.concatenate([truth.clip.frames[:-LAST], film(scene, SECONDS).frames[-LAST:]])
        verdict = SUITE.judge(question, [Clip(frames=frames, fps=12.0)], truth)
        found.append(verdict["shape"])
    assert np.mean(found) <= 0.25


@pytest.mark.parametrize("axis", [2])
def test_two_objects_in_the_last_second_are_detected(axis: int):
    (question,) = SUITE.questions(1)
    truth = question.truth()
    frames = truth.clip.frames.copy()
    end, shifted = frames[-LAST:], np.roll(frames[-LAST:], frames.shape[axis] // 3, axis=axis)
    body = truth.masks[-LAST:] > 0
    moved = np.roll(body, frames.shape[axis] // 3, axis=axis) & ~body
    frames[-LAST:] = np.where(moved[..., None], shifted, end)
    verdict = SUITE.judge(question, [Clip(frames=frames, fps=12.0)], truth)
    assert (verdict["number"], verdict["all"]) == (0.0, 0.0)
