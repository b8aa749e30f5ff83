"""Cameras show what happens, keep clear of it, and cut when the scene says so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.filming.framing import fitted_field, subject_of
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import CAMERAS, Cut, Scene, SceneConfig, Shot
from sorairo.world.lifelike.simulate import Rollout, simulate

SIZES = ((128, 128), (160, 96), (96, 160))
FPS = 4.0


def scene_of(event: str, seed: int = 3, **fields: object) -> Scene:
    config = SceneConfig(events=(event,), cameras=("still",), angles=("eye",), cuts=0.0)
    scene = sample_scene(np.random.default_rng(seed), config)
    return dataclasses.replace(scene, **{"shot": Shot(), **fields})  # type: ignore[arg-type]


def in_picture(camera: Camera, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Where points [N, 3] are in a picture, from -1 to 1 to the right and up, [N, 2]."""
    position, target = np.array(camera.position), np.array(camera.target)
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    slope = np.tan(np.radians(fitted_field(camera.field, *size) / 2))
    offset = points - position
    depth = offset @ forward
    assert (depth > 0).all()
    return (
        np.stack([offset @ right / slope * size[1] / size[0], offset @ up / slope], -1)
        / (depth[:, None])
    )


def outline(run: Rollout) -> np.ndarray:
    return subject_of(run.scene, run.joints, run.positions).outline


@pytest.mark.parametrize("event", ["stand", "wave", "dance", "topple", "drop"])
@pytest.mark.parametrize("camera", ["still", "orbit_left", "push_in", "crane_up"])
def test_nothing_that_stays_in_place_is_cut_off(event: str, camera: str):
    run = simulate(scene_of(event, shot=Shot(camera=camera)), seconds=4.0, fps=2.0)
    for frame, points in enumerate(outline(run)):
        for size in SIZES:
            assert np.abs(in_picture(run.cameras[frame], points, size)).max() < 1.02


@pytest.mark.parametrize("event", ["walk", "wave", "dance", "meet", "pass"])
def test_people_are_neither_small_nor_too_large(event: str):
    for seed in range(3):
        run = simulate(scene_of(event, seed), seconds=4.0, fps=2.0)
        middle = len(run) // 2
        people = np.split(
            outline(run)[middle, : 192 * len(run.scene.people)], len(run.scene.people)
        )
        for size in SIZES:
            places = [in_picture(run.cameras[middle], points, size)[:, 1] for points in people]
            assert 0.28 < max(np.ptp(each) for each in places) / 2 < 0.92


@pytest.mark.parametrize("camera", CAMERAS)
def test_cameras_stay_above_the_ground_and_away_from_everyone(camera: str):
    for event in ("walk", "pass", "hide", "stand"):
        for angle in ("low", "high"):
            shot = Shot(camera=camera, angle=angle, side=0.3)
            run = simulate(scene_of(event, shot=shot), seconds=4.0, fps=FPS)
            places = np.array([each.position for each in run.cameras])
            assert places[:, 2].min() > 0.1
            gaps = np.linalg.norm(outline(run) - places[:, None], axis=-1)
            assert gaps.min() > 0.5


def test_a_cut_changes_the_camera_and_nothing_else():
    cut = Cut(share=0.5, shot=Shot(framing="close", side=0.6))
    scene = scene_of("wave")
    whole, edited = (
        simulate(dataclasses.replace(scene, cut=each), seconds=4.0, fps=FPS) for each in (None, cut)
    )
    np.testing.assert_array_equal(whole.joints, edited.joints)
    assert [len(set(part)) for part in (edited.cameras[:8], edited.cameras[8:])] == [1, 1]
    assert edited.truth()["shot"].tolist() == [0] * 8 + [1] * 8
    assert whole.truth()["shot"].tolist() == [0] * 16
    subject = np.array(edited.cameras[0].target)
    distances = [np.linalg.norm(np.array(each.position) - subject) for each in edited.cameras]
    assert max(distances[8:]) < 0.8 * min(distances[:8])


def test_a_followed_walker_stays_in_the_middle():
    for camera in ("follow", "pan_left"):
        scene = scene_of("walk", shot=Shot(camera=camera), heading="left")
        run = simulate(scene, seconds=4.0, fps=FPS)
        points = subject_of(run.scene, run.joints, run.positions)
        for frame, each in enumerate(points.upper):
            middle = in_picture(run.cameras[frame], each, (128, 128)).mean(0)
            assert abs(middle[0]) < 0.35
