"""Cause and effect in matter keep to physics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Camera, Stage
from sorairo.world.lifelike.matter import bites, breakage, cloth, painting, vessels, water
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.matter.table import TABLE_HEIGHT
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.props.cloth_shape import ClothShape
from sorairo.world.lifelike.props.event_props import Food
from sorairo.world.lifelike.props.footprints import PrintedGround, footprints
from sorairo.world.lifelike.props.prop import PropRoom
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig, Thing
from sorairo.world.lifelike.simulate import Rollout, simulate


def rollout(event: str, seed: int, *, seconds: float = 4.0, fps: float = 12.0) -> Rollout:
    scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,)))
    return simulate(scene, seconds=seconds, fps=fps)


def motion(
    event: str, *things: Thing, seconds: float = 4.0, fps: float = 12.0, seed: int = 0
) -> MatterMotion:
    scene = Scene(place="studio", ground="tiles", event=event, things=things, seed=seed)
    run = simulate(scene, seconds=seconds, fps=fps)
    assert run.matter is not None
    return run.matter


@pytest.fixture(scope="module")
def draped() -> MatterMotion:
    things = Thing(kind="cloth", color="red"), Thing(kind="ball", color="blue")
    return motion("drape", *things, seconds=2.5)


def test_a_cloth_falls_more_slowly_than_a_stone_and_touches_the_ball_first(draped: MatterMotion):
    vertices = draped.truth["cloth"]
    begun = int(draped.contacts.argmax())
    assert begun > 0
    fallen = vertices[0, :, 2].mean() - vertices[begun - 1, :, 2].mean()
    assert 0 < fallen < 9.81 * ((begun - 1) / 12) ** 2 / 2
    assert vertices[begun, :, 2].min() > 0.1  # nothing is on the ground yet


def test_a_draped_cloth_lies_on_the_ball_and_is_not_stretched(draped: MatterMotion):
    vertices = draped.truth["cloth"]
    last = vertices[-1].reshape(cloth.GRID, cloth.GRID, 3)
    first = vertices[0].reshape(cloth.GRID, cloth.GRID, 3)
    middle = [0, 0, cloth.BALL_RADIUS]
    assert np.linalg.norm(last - middle, axis=-1).min() > cloth.BALL_RADIUS - 0.005
    assert last[..., 2].max() == pytest.approx(2 * cloth.BALL_RADIUS + cloth.RADIUS, abs=0.01)
    assert 0 <= last[..., 2].min() < 2 * cloth.RADIUS
    lengths = [np.linalg.norm(np.diff(grid, axis=0), axis=-1) for grid in (first, last)]
    assert np.abs(lengths[1] / lengths[0] - 1).max() < 0.1
    assert np.linalg.norm(vertices[-1] - vertices[-2], axis=-1).max() < 0.02  # it has come to rest


def test_the_drawn_cloth_goes_through_the_simulated_vertices(draped: MatterMotion):
    shape = ClothShape()
    positions, normals = shape.at(draped.truth["cloth"][-1])
    nearest = [
        np.linalg.norm(positions - vertex, axis=1).min() for vertex in draped.truth["cloth"][-1]
    ]
    assert max(nearest) < 0.01
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1, abs=1e-6)


def volume(mesh: Geometry) -> float:
    first, second, third = (mesh.positions[mesh.faces[:, corner]] for corner in range(3))
    return float(np.einsum("ti,ti->", first, np.cross(second, third)) / 6)


@pytest.mark.parametrize("kind", ["apple", "hamburger", "cookie"])
def test_a_bite_takes_a_part_away(kind: str):
    food = bites.Bitten(kind, 1.0, 3)
    lost = 1 - volume(food.bitten) / volume(food.whole)
    assert 0.02 < lost < 0.4
    assert food.bitten.positions[:, 0].min() == pytest.approx(food.whole.positions[:, 0].min())


def test_what_is_bitten_stays_bitten():
    scene = Scene(place="studio", ground="tiles", event="bite", things=(Thing(kind="apple"),))
    run = simulate(scene, seconds=4.0, fps=3.0)
    assert run.matter is not None
    assert run.matter.happened_at is not None
    bitten = run.matter.truth["bitten"]
    assert (bitten == (np.arange(12) / 3 >= run.matter.happened_at)).all()
    crumbs = run.matter.truth["crumbs"]
    assert crumbs[-1, :, 2] == pytest.approx(TABLE_HEIGHT, abs=0.01)
    camera = Camera(
        position=(0, -1, TABLE_HEIGHT + 0.1), target=(0, 0, TABLE_HEIGHT + 0.1), field=30
    )
    with Stage(width=64, height=64, supersample=1) as stage:
        food = Food(PropRoom(stage, scene, run.matter))
        seen = []
        for frame in range(len(run)):
            food.show(frame)
            seen.append(np.count_nonzero(stage.identify(camera)))
    whole, left = seen[0], seen[-1]
    assert left < 0.95 * whole
    assert np.array(seen) == pytest.approx(np.where(bitten, left, whole), rel=0.03)


def test_what_floats_displaces_its_own_weight_of_water():
    run = motion("float", Thing(kind="ball", color="red"), seconds=8.0)
    risen = (run.truth["level"] - water.FLOOR - water.LEVEL) * water.TANK[0] * water.TANK[1]
    assert run.happened_at is not None
    before = np.arange(96) / 12 < run.happened_at
    assert np.abs(risen[before]).max() == 0
    assert not run.truth["waves"][before].any()
    assert risen[-1] == pytest.approx(water.FLOATING["ball"] * run.shape["volume"][0], rel=0.03)
    assert run.positions[-1, 0, 2] > water.FLOOR + water.LEVEL - water.SIZE / 2


@pytest.mark.parametrize("kind", ["ball", "stone"])
def test_what_sinks_displaces_its_volume(kind: str):
    run = motion("sink", Thing(kind=kind, color="red"), seconds=3.0)
    risen = (run.truth["level"] - water.FLOOR - water.LEVEL) * water.TANK[0] * water.TANK[1]
    assert risen[-1] == pytest.approx(run.shape["volume"][0], rel=1e-6)
    assert run.positions[-1, 0, 2] == pytest.approx(water.FLOOR)
    assert np.abs(run.truth["waves"].mean((1, 2))).max() < 1e-6  # waves move water, but add none


def test_waves_swing_as_fast_as_their_length_and_the_depth_say():
    waves = water.Waves(np.array([-0.3, 0.0]), 0.1)
    longest = np.cos(np.linspace(0, np.pi, water.SURFACE[0] + 1))
    waves.step(100.0)
    swing = []
    for _ in range(round(2.2 / water.STEP)):
        waves.step(0.0)
        swing.append(longest @ waves.surface().mean(1))
    crossings = np.flatnonzero(np.diff(np.sign(swing)))
    number = np.pi / water.TANK[0]
    rate = np.sqrt(9.81 * number * np.tanh(number * water.LEVEL))
    half = np.diff(crossings).mean() * water.STEP
    assert half == pytest.approx(np.pi / rate, rel=0.05)


@pytest.mark.parametrize("seed", range(2))
def test_a_vase_breaks_when_it_hits_the_ground_and_only_then(seed: int):
    run = rollout("smash", seed, fps=48.0, seconds=3.0)
    assert run.matter is not None
    first = int(run.broken.argmax())
    assert first > 0
    assert (run.broken == run.contacts).all()
    places, turns = run.matter.truth["piece_positions"], run.matter.truth["piece_rotations"]
    apart = np.linalg.norm(places[:, :1] - places, axis=-1)
    assert apart[:first] == pytest.approx(np.broadcast_to(apart[0], apart[:first].shape), abs=1e-6)
    speed = np.linalg.norm(np.diff(places, axis=0), axis=-1) * 48
    fallen = TABLE_HEIGHT + 0.35
    assert speed.max() < np.sqrt(2 * 9.81 * fallen) * 1.15  # nothing explodes
    assert speed[-6:].max() < 0.05  # the pieces come to rest
    parts = vessels.pieces("vase", np.random.default_rng(int(run.matter.shape["seed"])))
    for part, place, turn in zip(parts, places[-1], turns[-1], strict=True):
        low = (part.geometry.positions @ turn.T + place)[:, 2].min()
        assert -0.01 < low < 0.03


@pytest.mark.parametrize("kind", breakage.UNBREAKABLE)
def test_what_does_not_break_falls_as_far_and_stays_whole(kind: str):
    run = motion("survive", Thing(kind=kind, color="red"), fps=48.0)
    assert run.contacts.any()
    assert not run.broken.any()
    assert run.positions[-1, 0, 2] == pytest.approx(breakage.start_height(kind), abs=0.06)
    assert run.positions[:, 0, 2].min() > 0.5 * breakage.start_height(kind)


def test_pieces_of_a_vase_make_up_its_wall():
    parts = vessels.pieces("vase", np.random.default_rng(0))
    whole = volume(vessels.whole("vase").geometry)
    assert sum(volume(part.geometry) for part in parts) == pytest.approx(whole, rel=0.03)


@pytest.mark.parametrize("kind", painting.STROKES)
def test_paint_appears_where_the_brush_is_and_stays(kind: str):
    run = motion("paint", Thing(kind=kind, color="blue"), fps=6.0)
    canvas = painting.Canvas(run.shape["path"], "blue", 0)
    bare = canvas.at(0.0).astype(int)
    painted = np.zeros(bare.shape[:2], bool)
    row, column = np.indices(painted.shape)
    x = (column + 0.5) / painting.TEXELS - painting.CANVAS[0] / 2
    y = painting.CANVAS[1] / 2 - (row + 0.5) / painting.TEXELS
    points = painting.on_canvas(np.stack([x, y], -1))
    for frame in range(1, len(run.contacts)):
        now = np.abs(canvas.at(float(run.truth["painted"][frame])) - bare).max(-1) > 40
        assert (now | ~painted).all()
        fresh = points[now & ~painted]
        if len(fresh):
            ends = run.truth["brush"][frame - 1 : frame + 1]
            walked = np.linalg.norm(ends[1] - ends[0])
            away = np.linalg.norm(fresh[:, None] - ends, axis=-1).min(1)
            assert away.max() < walked * 1.5 + painting.WIDTH
        painted = now
    assert 0.01 < painted.mean() < 0.25


@pytest.mark.parametrize("ground", ["sand", "tiles"])
def test_people_leave_footprints_on_soft_ground_where_their_feet_were(ground: str):
    scene = next(
        scene
        for seed in range(100)
        if (scene := sample_scene(np.random.default_rng(seed), SceneConfig(events=("walk",))))
        and scene.heading == "left"
    )
    run = simulate(replace(scene, ground=ground), seconds=4.0)
    prints = footprints(run)
    if ground == "tiles":
        assert prints == []
        return
    assert 4 <= len(prints) <= 12
    patch = PrintedGround(prints, ground)
    frames = [patch.shaped(frame) for frame in range(len(run))]
    depths = [shaped[0][:, 2].min() for shaped in frames if shaped is not None]
    assert len(depths) <= len(prints)
    assert (np.diff(depths) <= 1e-9).all()  # prints stay
    for footprint in prints:
        toes = run.joints[footprint.frame :, 0, [g.LEFT_TOES, g.RIGHT_TOES], :2]
        assert np.linalg.norm(toes - footprint.place, axis=-1).min() < 0.12
