"""Drawing: what is where in the picture, and what light does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import ball, box
from sorairo.world.filament.stage import Camera, Material, Stage

EVEN = Environment(
    radiance=np.full((64, 128, 3), 0.2, np.float32),
    sun_direction=np.array([0.0, 0.0, -1.0]),
    sun_irradiance=np.zeros(3),
)
FRONT = Camera(position=(0.0, -4.0, 0.0), target=(0.0, 0.0, 0.0), field=40.0)


@contextmanager
def lit(environment: Environment = EVEN, size: int = 64, **options: int) -> Iterator[Stage]:
    with Stage(width=size, height=size, **options) as stage:
        stage.light(environment)
        yield stage


def test_meshes_are_where_a_pinhole_camera_sees_them():
    with lit(supersample=1) as stage:
        handle = stage.add(box((0.5, 0.5, 0.5)), Material(), name=7)
        stage.pose(handle, (0.6, 0.0, 0.3))
        rows, columns = np.nonzero(stage.identify(FRONT) == 7)
        scale = 32 / np.tan(np.radians(20))  # pixels of a slope of 1
        near = 4 - 0.25  # the front face is the largest
        assert columns.min() == pytest.approx(32 + scale * 0.35 / near, abs=1.6)
        assert columns.max() == pytest.approx(32 + scale * 0.85 / near, abs=1.6)
        assert rows.min() == pytest.approx(32 - scale * 0.55 / near, abs=1.6)
        assert rows.max() == pytest.approx(32 - scale * 0.05 / near, abs=1.6)


def test_what_is_nearer_hides_what_is_behind():
    with lit(supersample=1) as stage:
        stage.add(box((0.5, 0.1, 0.5)), Material(), name=1)
        front = stage.add(box((0.5, 0.1, 0.5)), Material(), name=2)
        stage.pose(front, (0.0, -1.0, 0.0))
        assert stage.identify(FRONT)[32, 32] == 2
        stage.remove(front)
        assert stage.identify(FRONT)[32, 32] == 1
        stage.restore(front)
        assert stage.identify(FRONT)[32, 32] == 2


def test_colors_come_out_in_their_order():
    pictures = {}
    for name, color in {"red": (0.6, 0.02, 0.02), "blue": (0.02, 0.02, 0.6)}.items():
        with lit() as stage:
            stage.add(ball(0.8), Material(color=color, roughness=0.9))
            pictures[name] = stage.draw(FRONT)[32, 32].astype(int)
    assert pictures["red"][0] > pictures["red"][2] + 60
    assert pictures["blue"][2] > pictures["blue"][0] + 60


def test_a_low_sun_from_one_side_casts_a_shadow_on_the_other():
    sun = np.array([1.0, 0.0, -1.0]) / np.sqrt(2)  # from the left
    place = Environment(radiance=EVEN.radiance, sun_direction=sun, sun_irradiance=np.full(3, 2.0))
    with lit(place) as stage:
        floor = stage.add(box((8.0, 8.0, 0.1)), Material(color=(0.06, 0.06, 0.06)))
        stage.pose(floor, (0.0, 0.0, -0.45))
        stage.add(box((0.3, 0.3, 0.8)), Material())
        seen = stage.draw(Camera(position=(0.0, -3.0, 3.0), target=(0.0, 0.0, -0.4), field=45.0))
    brightness = seen.astype(int).sum(-1)
    assert brightness[31, 40] < brightness[31, 20] - 60


def test_opacity_lets_through_what_is_behind():
    with lit() as stage:
        stage.add(ball(0.4), Material(color=(0.7, 0.02, 0.02)))
        glass = stage.add(box((2.0, 0.02, 2.0)), Material(color=(0.8, 0.8, 0.8), opacity=0.3))
        stage.pose(glass, (0.0, -1.0, 0.0))
        red = stage.draw(FRONT)[32, 32].astype(int)
        assert red[0] > red[2] + 30


def test_equal_scenes_give_nearly_equal_pixels_and_moved_vertices_show():
    def picture(lift: float) -> np.ndarray:
        with lit() as stage:
            shape = ball(0.5)
            handle = stage.add(shape, Material(color=(0.5, 0.3, 0.1)))
            stage.reshape(handle, shape.positions + np.array([0, 0, lift]), shape.normals)
            return stage.draw(FRONT)

    first, second, moved = (picture(lift).astype(int) for lift in (0.0, 0.0, 0.4))
    assert np.abs(first - second).mean() < 0.5
    assert np.abs(first - moved).max() > 30
