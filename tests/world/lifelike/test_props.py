"""Panes of glass, contact shadows and grounds as they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.filament import geometry
from sorairo.world.filament.camera import Camera
from sorairo.world.filament.material import Material
from sorairo.world.filament.stage import Stage
from sorairo.world.lifelike import glass
from sorairo.world.lifelike.assets.panoramas import environment
from sorairo.world.lifelike.grounds import ground_geometry, ground_material
from sorairo.world.lifelike.props.contact_shadows import ContactShadow
from sorairo.world.lifelike.props.footprints import Footprint, PrintedGround
from sorairo.world.lifelike.props.glass_props import Pane
from sorairo.world.lifelike.props.textures import painted_blocks
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import simulate
from sorairo.world.lifelike.things import relief


def test_a_pane_is_one_sheet_until_it_breaks():
    start, speed = np.array([0.0, -2.0, 1.0]), np.array([0.0, 5.0, 1.5])
    run = glass.run_glass(np.random.default_rng(0), np.array([0.0, 0.2, 2.5]), start, speed)
    assert run.broken.tolist() == [False, False, True]
    camera = Camera(position=(0, -4, 0.7), target=(0, 0, 0.7), field=30)
    with Stage(width=64, height=64, supersample=1) as stage:
        pane = Pane(stage, run, name=7)
        seen = []
        for frame in range(3):
            pane.show(frame)
            seen.append(stage.identify(camera) == 7)
    rows, columns = np.flatnonzero(seen[0].any(1)), np.flatnonzero(seen[0].any(0))
    assert seen[0][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()  # no cracks
    assert (seen[1] == seen[0]).all()
    middle = (rows[0] + rows[-1]) // 2
    assert not seen[2][:middle].any()


def test_a_thing_darkens_the_ground_that_it_touches():
    ground = geometry.lifted(geometry.box((9.0, 9.0, 0.2)), -0.1)
    ball = geometry.ball(0.3)
    camera = Camera(position=(0, -2, 0.5), target=(0, 0, 0.1), field=40)
    with Stage(width=48, height=48, supersample=1) as stage:
        stage.light(environment("studio"), exposure=0.4)
        stage.add(ground, Material(color=(0.3, 0.3, 0.3)))
        shadow = ContactShadow(stage, ball.positions)
        levels = []
        for height in (0.3, 0.4, 2.0):
            shadow.show(np.array([0.0, 0.0, height]), np.eye(3))
            levels.append(float(stage.draw(camera)[26:30, 20:28].mean()))
    assert levels[0] < levels[1] - 2
    assert levels[1] < levels[2] - 2


def test_the_ground_is_lower_only_where_something_covers_it():
    hollow = np.array([[-1.5, -1.0], [1.5, 1.0]])
    mesh = ground_geometry(hollow)
    low = mesh.positions[:, 2] < 0
    assert low.any()
    corners = mesh.positions[mesh.faces[low[mesh.faces].any(1)]].reshape(-1, 3)
    assert (corners[:, :2] >= hollow[0]).all()
    assert (corners[:, :2] <= hollow[1]).all()
    assert not (ground_geometry().positions[:, 2] < 0).any()


@pytest.mark.parametrize("wet", [False, True])
def test_ground_with_footprints_shines_like_the_ground_around_it(wet: bool):
    footprint = Footprint(frame=3, place=(0.0, 0.0), toward=(1.0, 0.0), size=1.0)
    around = ground_material("sand", environment("studio"), near=False, wet=wet)
    assert PrintedGround([footprint], "sand", wet=wet).roughness == around.roughness


@pytest.mark.parametrize("kind", ["dog", "apple", "bicycle"])
def test_a_named_thing_is_as_round_as_it_should_be(kind: str):
    mesh = relief(kind).geometry
    deep = np.ptp(mesh.positions[:, 1])
    high = np.ptp(mesh.positions[:, 2])
    low, most = {"dog": (0.2, 0.8), "apple": (0.6, 1.0), "bicycle": (0.02, 0.3)}[kind]
    assert low < deep / high < most
    front = mesh.positions[:, 1] < -0.25 * deep
    assert (mesh.normals[front, 1] < 0).all()


def test_people_darken_the_ground_at_their_feet():
    """In a place without a sun the ground close to the feet is darker than at an arm's length."""
    part = SceneConfig(
        events=("stand",), places=("laboratory",), framings=("whole",), angles=("eye",),
        cameras=("still",), cuts=0.0,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    while not (scene := sample_scene(rng, part)).people:
        pass
    rollout = simulate(scene, seconds=1.0, fps=1.0)
    with Renderer(width=128, height=128) as renderer:
        frame, mask = renderer.film(rollout)[0].mean(-1), renderer.masks(rollout)[0] > 0
    row = int(np.flatnonzero(mask.any(1))[-1])
    columns = np.flatnonzero(mask[row - 2 : row + 1].any(0))
    left, right = int(columns[0]), int(columns[-1])
    reach = max(int(mask.any(1).sum()) // 3, 12)
    beside = np.where(mask, np.nan, frame)[row - 2 : row + 1]
    close = [beside[:, max(left - 3, 0) : left], beside[:, right + 1 : right + 4]]
    far = [beside[:, : max(left - reach, 1)], beside[:, right + reach :]]
    levels = [np.nanmean(np.concatenate(each, 1)) for each in (close, far)]
    assert levels[0] < 0.93 * levels[1]
    assert np.isfinite(levels).all()


def test_painted_blocks_are_of_one_colour_with_dark_joints():
    texture = painted_blocks((0.6, 0.1, 0.1), np.random.default_rng(0), 12, 5).astype(float)
    assert (texture[..., 0] > 1.5 * texture[..., 1]).all()
    rows = texture[..., 0].mean(1)
    darkest = np.flatnonzero(rows < 0.9 * np.median(rows))
    joints = 1 + len(np.flatnonzero(np.diff(darkest) > 1))
    assert joints == 13, "between 12 rows, above and below"
