"""What the exam fits and measures, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.perception.motion_laws import apex_rise, fit_fall, speed_rise
from sorairo.exam.perception.tracking import chamfer, in_metres, overlap
from sorairo.world.tabletop.camera import camera_pose, vertical_field

FPS = 12.0


def bouncing(height: float, gravity: float, bounce: float, seconds: float, vx: float) -> np.ndarray:
    """(x, z) of a point that falls from rest and bounces without losing time."""
    places, z, vz, step = [], height, 0.0, 1e-4
    for i in range(round(seconds / step)):
        if i % round(1 / FPS / step) == 0:
            places.append((vx * i * step, z))
        vz -= gravity * step
        z += vz * step
        if z < 0:
            z, vz = -z, -bounce * vz
    return np.array(places)


@pytest.mark.parametrize("gravity", [9.81, 3.7])
@pytest.mark.parametrize("bounce", [0.75, 0.5])
def test_a_fall_is_fitted(gravity: float, bounce: float):
    fall = fit_fall(bouncing(7.0, gravity, bounce, 4.0, vx=0.5), FPS)
    assert fall.gravity == pytest.approx(gravity, rel=0.01)
    assert fall.restitution == pytest.approx(bounce, rel=0.05)
    assert fall.sideways == pytest.approx(0, abs=1e-3)


def test_a_push_in_flight_is_seen():
    places = bouncing(7.0, 9.81, 0.7, 2.0, vx=0.5)
    places[:, 0] += 2.0 * (np.arange(len(places)) / FPS) ** 2
    fall = fit_fall(places, FPS)
    assert fall.sideways is not None
    assert fall.sideways > 0.1


def test_a_touch_that_is_not_as_low_as_the_next():
    """A box lands on its edge, bounces, and finally rests flat, lower than on its edge."""
    places = bouncing(7.0, 9.81, 0.7, 2.0, vx=0.5)
    later = np.array([[2.0, height] for height in (-0.6, -0.8, -0.8, -0.8)])
    fall = fit_fall(np.concatenate([places, later]), FPS)
    assert fall.gravity == pytest.approx(9.81, rel=0.01)
    assert fall.sideways == pytest.approx(0, abs=1e-3)


def test_a_fall_without_a_bounce():
    places = bouncing(7.0, 9.81, 0.0, 3.0, vx=0.0)
    fall = fit_fall(places, FPS)
    assert fall.gravity == pytest.approx(9.81, rel=0.01)
    assert fall.restitution is None


def test_what_is_not_seen_is_not_fitted():
    nowhere = np.full((24, 2), np.nan)
    assert fit_fall(nowhere, FPS).gravity is None
    assert apex_rise(nowhere) == 1.0
    assert speed_rise(nowhere, FPS) == 1.0


def test_energy_that_rises():
    times = np.arange(36) / FPS
    slowing = np.stack([4 * times - 0.5 * times**2, np.zeros(36)], axis=1)
    assert speed_rise(slowing, FPS) == pytest.approx(0, abs=1e-9)
    assert speed_rise(slowing[::-1], FPS) > 0.5
    rng = np.random.default_rng(0)
    unsure = slowing + rng.normal(0, 0.035, slowing.shape)  # a third of a pixel
    assert speed_rise(unsure, FPS) < 0.05
    falling = bouncing(6.0, 9.81, 0.7, 3.0, vx=0.0)
    assert apex_rise(falling) == 0
    assert apex_rise(np.concatenate([falling[10:], falling[:10] * 1.5])) > 0.05


def test_places_in_the_picture_are_places_in_the_world():
    rng = np.random.default_rng(0)
    points = rng.uniform((-6, -2, 1), (6, 3, 9), (20, 3))
    position, rotation = camera_pose("still", 0.0)
    seen = (points - position) @ rotation
    half = np.tan(np.radians(vertical_field(96, 96)) / 2)
    track = np.stack([1 + seen[:, 0] / -seen[:, 2] / half, 1 - seen[:, 1] / -seen[:, 2] / half], 1)
    for point, place in zip(points, track / 2, strict=True):
        found = in_metres(place[None], float(point[1]))[0]
        assert found == pytest.approx(point[[0, 2]], abs=1e-9)


def test_distances_of_masks():
    one, other = np.zeros((2, 40, 30), bool)
    one[10:20, 10:12] = True
    other[10:20, 13:15] = True
    assert chamfer(one, one) == 0
    assert chamfer(one, other) == pytest.approx(5 / 50)
    assert chamfer(one, np.zeros_like(one)) == 1
    assert overlap(one, other) == 0
    assert overlap(one, one | other) == pytest.approx(0.5)
