"""The baselines that a model is compared with."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.exam.candidates.baselines import constant_velocity, frozen, nearest_clip
from sorairo.exam.held_out_scenes import film
from sorairo.exam.perception.tracking import masks_seen, see
from sorairo.exam.registry import SUITES
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.scene import FIRST_LIGHT

GIVEN, NEXT = 8, 4


@pytest.fixture(scope="module")
def rolling() -> tuple[SceneQuestion, SceneTruth]:
    """A ball that rolls over the middle of the picture."""
    rolls = dataclasses.replace(FIRST_LIGHT, events=("roll",), shapes=("sphere",))
    scene = sample_scene(np.random.default_rng(6_100_000), rolls)
    (question,) = scene_questions("test", [scene], seconds=1.5, given=GIVEN)
    return question, SceneTruth(question)


def test_constant_velocity_continues_the_motion(rolling: tuple[SceneQuestion, SceneTruth]):
    question, truth = rolling
    (clip,) = constant_velocity(question, truth)
    assert clip.frames.shape == truth.clip.frames.shape
    assert (clip.frames[:GIVEN] == truth.given.frames).all()
    later = slice(GIVEN, GIVEN + NEXT)
    seen, true = see(clip.frames), masks_seen(truth.masks)
    off = np.linalg.norm(seen.track - true.track, axis=1)[later]
    moved = np.linalg.norm(true.track[later] - true.track[GIVEN - 1], axis=1)
    assert moved[-1] > 0.05
    assert off.max() < 0.3 * moved[-1]
    assert (seen.counts[later] == 1).all(), "it left a trace behind"


def test_constant_velocity_uses_the_given_frames_only(
    rolling: tuple[SceneQuestion, SceneTruth],
):
    question, truth = rolling
    other = dataclasses.replace(question, seconds=(GIVEN + NEXT) / 12)
    short = constant_velocity(other, SceneTruth(other))[0].frames
    assert (short == constant_velocity(question, truth)[0].frames[: GIVEN + NEXT]).all()


@pytest.mark.parametrize("given", [0, 1])
def test_with_one_frame_nothing_is_known_to_move(
    rolling: tuple[SceneQuestion, SceneTruth], given: int
):
    question = dataclasses.replace(rolling[0], given=given)
    truth = SceneTruth(question)
    clips = [answer(question, truth)[0].frames for answer in (constant_velocity, frozen)]
    assert (clips[0] == clips[1]).all()


def test_the_nearest_clip_begins_alike(rolling: tuple[SceneQuestion, SceneTruth]):
    question, truth = rolling
    (near,) = nearest_clip(question, truth)
    assert near.frames.shape == truth.clip.frames.shape

    def away(frames: np.ndarray) -> float:
        return float(np.square(frames[0] / 255.0 - truth.clip.frames[0] / 255.0).mean())

    others = [away(film(q.scene, 1 / 12).frames) for q in SUITES["M3"].questions(12)]
    assert away(near.frames) < np.median(others)


def test_the_nearest_clip_of_a_prompt_shows_what_it_says():
    questions = SUITES["M2"].questions(3)
    for question in (dataclasses.replace(each, given=0) for each in questions):
        truth = SceneTruth(question)
        seen, true = see(nearest_clip(question, truth)[0].frames), see(truth.clip.frames)
        fell = [np.nanmax(each.track[:, 1]) - each.track[0, 1] for each in (seen, true)]
        assert fell[0] > 0.5 * fell[1], question.prompt
