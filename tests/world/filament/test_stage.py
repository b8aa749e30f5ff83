"""Drawing: what is where in the picture, and what light does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from sorairo.world.filament.camera import Camera
from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import Geometry, ball, box, joined
from sorairo.world.filament.native_camera import FAR
from sorairo.world.filament.stage import Material, Stage

EVEN = Environment(
    radiance=np.full((64, 128, 3), 0.2, np.float32),
    sun_direction=np.array([0.0, 0.0, -1.0]),
    sun_irradiance=np.zeros(3),
)
FRONT = Camera(position=(0.0, -4.0, 0.0), target=(0.0, 0.0, 0.0), field=40.0)


@contextmanager
def lit(environment: Environment = EVEN, size: int = 64, **options: Any) -> Iterator[Stage]:
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


def test_stages_are_drawn_in_turn():
    with lit(supersample=1) as one, lit(supersample=1) as other:
        one.add(box((0.5, 0.1, 0.5)), Material(color=(0.6, 0.02, 0.02)), name=1)
        other.add(ball(0.3), Material(color=(0.02, 0.02, 0.6)), name=2)
        pictures = [(one.draw(FRONT).astype(int), other.draw(FRONT).astype(int)) for _ in range(2)]
        for red, blue in pictures:
            assert red[32, 32, 0] > 2 * red[32, 32, 2]
            assert blue[32, 32, 2] > 2 * blue[32, 32, 0]
        added = one.add(box((0.1, 0.1, 0.1)), Material(color=(0.1, 0.4, 0.1)), name=3)
        one.pose(added, (0.0, -1.0, 0.0))
        assert one.identify(FRONT)[32, 32] == 3
        assert other.identify(FRONT)[32, 32] == 2
        one.remove(added)  # while the other one is in front
        assert one.identify(FRONT)[32, 32] == 1


def test_the_fog_of_a_stage_stays_with_it():
    fog = """<mujoco><custom>
      <numeric name="filament.fog.enabled" data="1"/>
      <numeric name="filament.fog.distance" data="0"/>
      <numeric name="filament.fog.density" data="1"/>
      <numeric name="filament.fog.color" data="0.5 0.5 0.5"/>
    </custom><worldbody/></mujoco>"""
    red = Material(color=(0.6, 0.02, 0.02))
    with lit() as clear, lit(settings=fog) as foggy:
        for stage in (clear, foggy):
            stage.add(ball(0.5), red)
        before = clear.draw(FRONT)[32, 32].astype(int)
        veiled = foggy.draw(FRONT)[32, 32].astype(int)
        after = clear.draw(FRONT)[32, 32].astype(int)
    assert veiled[1] > before[1] + 40
    assert np.abs(after - before).max() <= 3


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


def test_equal_scenes_differ_by_dither_alone_and_moved_vertices_show():
    def picture(lift: float) -> np.ndarray:
        with lit() as stage:
            shape = ball(0.5)
            handle = stage.add(shape, Material(color=(0.5, 0.3, 0.1)))
            stage.reshape(handle, shape.positions + np.array([0, 0, lift]), shape.normals)
            return stage.draw(FRONT)

    first, second, moved = (picture(lift).astype(int) for lift in (0.0, 0.0, 0.4))
    differences = np.abs(first - second)
    assert differences.mean() < 0.4
    assert np.percentile(differences, 99.5) <= 2
    assert differences.max() <= 16  # on edges, which are smoothed where the dither says so
    assert np.abs(first - moved).max() > 30


def test_a_mesh_is_drawn_where_its_vertices_have_moved_to():
    with lit() as stage:
        shape = ball(0.3)
        handle = stage.add(shape, Material(), name=1)
        stage.reshape(handle, shape.positions + np.array([9.0, 0, 0]), shape.normals)
        aside = Camera(position=(9.0, -3.0, 0.0), target=(9.0, 0.0, 0.0))
        assert stage.identify(aside)[32, 32] == 1


def test_a_surface_that_glows_looks_like_an_environment_of_that_radiance():
    with lit() as stage:
        white = np.full((4, 4, 3), 255, np.uint8)
        black = Material(
            color=(0, 0, 0), metallic=1, metallic_texture=white, glow=0.2, glow_texture=white
        )
        stage.add(box((0.6, 0.6, 0.6)), black)
        seen = stage.draw(FRONT).astype(int)
    assert np.abs(seen[32, 32] - seen[2, 2]).max() <= 3


def test_a_lamp_lights_what_is_near_it():
    with lit() as stage:
        stage.pose(stage.add(ball(0.3), Material()), (-0.8, 0.0, 0.0))
        stage.pose(stage.add(ball(0.3), Material()), (0.8, 0.0, 0.0))
        plain = stage.draw(FRONT).astype(int)
        stage.lamp((-0.8, -1.5, 0.0), (1.0, 0.5, 0.2), 3.0)
        lamplit = stage.draw(FRONT).astype(int)
    brighter = (lamplit - plain)[32, [14, 49]].sum(-1)
    assert brighter[0] > brighter[1] + 60


TILTED = Camera(position=(0.5, -4.0, 1.5), target=(0.0, 0.0, 0.3), field=40.0, roll=3.0)


def test_depth_and_normals_of_a_plane_are_those_of_geometry():
    with lit() as stage:
        floor = stage.add(box((60.0, 60.0, 0.2)), Material(), name=1)
        stage.pose(floor, (0.0, 0.0, -0.1))
        depth, normals = stage.depth(TILTED), stage.normals(TILTED)
        seen = stage.identify(TILTED) == 1
    down = TILTED.rays(64, 64)[..., 2]
    assert seen.mean() > 0.3
    inside = seen & (down < -0.14)  # up to 11 metres away
    assert depth[inside] == pytest.approx((-1.5 / down)[inside], rel=0.01)
    assert np.abs(normals[inside] - [0, 0, 1]).max() < 0.01
    sky = down > 0.05
    assert (depth[sky] == FAR).all()
    assert (normals[sky] == 0).all()


def test_depth_and_normals_of_a_ball_are_those_of_geometry():
    center, radius = np.array([0.2, 0.0, 0.4]), 0.8
    with lit(size=96) as stage:
        stage.pose(stage.add(ball(radius, rings=160), Material(), name=1), center)
        depth, normals = stage.depth(TILTED), stage.normals(TILTED)
    rays = TILTED.rays(96, 96)
    offset = np.array(TILTED.position) - center
    a, b = (rays**2).sum(-1), (rays @ offset)
    inside = b**2 - a * (offset @ offset - radius**2)
    hit = inside > 0.15 * inside.max()  # not the rim, where a pixel covers much of the ball
    expected = (-b - np.sqrt(np.maximum(inside, 0))) / a
    assert hit.sum() > 800
    assert depth[hit] == pytest.approx(expected[hit], rel=0.01)
    outward = (np.array(TILTED.position) + rays * expected[..., None] - center) / radius
    assert (normals * outward).sum(-1)[hit].min() > np.cos(0.02)
    assert np.abs(normals - outward)[hit].mean() < 0.01


def test_a_mesh_is_seen_although_only_its_last_vertices_are_in_the_picture():
    behind = box((0.5, 0.5, 0.5))
    ahead = Geometry(
        behind.positions + np.array([30.0, 0, 0]), behind.faces, behind.normals, behind.uv
    )
    camera = Camera(position=(26.0, 0.0, 0.5), target=(30.0, 0.0, 0.0), field=40.0)
    with lit() as stage:
        stage.add(joined([behind] * 5 + [ahead]), Material(), name=1)
        assert stage.identify(camera)[32, 32] == 1
