"""The camera's path is recovered from pixels."""

import dataclasses

import numpy as np
import pytest

from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.held_out_scenes import film_of, masks_of
from sorairo.exam.perception.camera_motion import camera_path
from sorairo.exam.question import Sampling
from sorairo.exam.registry import SUITES
from sorairo.exam.scene_question import SceneTruth
from sorairo.exam.suites.world.camera import OPPOSITE, orbit_and_back
from sorairo.video import Clip
from sorairo.world.tabletop.camera import SHOTS
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import STILL_LIFES


@pytest.mark.parametrize("floor", ["checker", "sand", "snow"])
@pytest.mark.parametrize("camera", ["orbit_left", "push_in", "still"])
def test_true_cameras_are_recovered(floor: str, camera: str):
    config = dataclasses.replace(
        STILL_LIFES, lights=("day",), floors=(floor,), cameras=(camera,), max_bodies=1
    )
    rollout = simulate(sample_scene(np.random.default_rng(4), config), seconds=2.1, fps=12)
    path = camera_path(film_of(rollout).frames, masks_of(rollout) > 0)
    true = [SHOTS[camera](frame / 12) for frame in path.frames]
    assert list(path.frames) == [0, 6, 12, 18, 24]
    np.testing.assert_allclose(
        np.degrees(path.azimuths), np.degrees([s.azimuth for s in true]), atol=1
    )
    np.testing.assert_allclose(path.distances, [shot.distance for shot in true], rtol=0.04)


class Filmed:
    """A model that returns the clip, and the clip reversed for the way back."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.asked: list[dict[str, object]] = []

    def animate(self, _picture: Clip, _prompt: str, **how: object) -> Clip:
        self.asked.append(how)
        return self.clip

    def extend(self, clip: Clip, _prompt: str, **how: object) -> Clip:
        self.asked.append(how)
        return Clip(frames=np.concatenate([clip.frames, clip.frames[::-1]]), fps=clip.fps)


def test_the_way_back_extends_the_way_out():
    questions = SUITES["M7"].questions(12)
    question = next(q for q in questions if q.scene.camera in OPPOSITE)
    truth = SceneTruth(question)
    assert orbit_and_back(Filmed(truth.clip), question, truth) == {"closure": pytest.approx(60)}
    assert orbit_and_back(Filmed(frozen(question, truth)[0]), question, truth) == {}
    push = next(q for q in questions if q.scene.camera not in OPPOSITE)
    assert orbit_and_back(Filmed(SceneTruth(push).clip), push, SceneTruth(push)) == {}


def test_the_way_back_is_sampled_as_the_answers_are_and_judged_at_their_size():
    question = next(q for q in SUITES["M7"].questions(12) if q.scene.camera in OPPOSITE)
    truth, sampling = SceneTruth(question), Sampling(steps=4, guidance=1.5, loras=("fast",))
    model = Filmed(truth.clip.resize(128, 128))
    assert orbit_and_back(model, question, truth, sampling) == {"closure": pytest.approx(60)}
    own = sampling.options(question.seed).items()
    assert [own <= asked.items() for asked in model.asked] == [True, True]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_clip_in_which_no_floor_can_be_compared_is_still(hidden: bool):
    frames = np.full((13, 96, 96, 3), 128, np.uint8)
    path = camera_path(frames, np.full((13, 96, 96), hidden))
    assert path.move == "still"
    assert (np.abs(path.azimuths) < 1e-9).all()
