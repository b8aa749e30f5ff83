"""The table-top world: seeds, views and physics."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sorairo.world.tabletop.dynamics.events import EVENT_MAKERS
from sorairo.world.tabletop.dynamics.mjcf import BEHAVIOUR, half_spans, mass
from sorairo.world.tabletop.dynamics.placement import UPRIGHT, launch, lying, place
from sorairo.world.tabletop.dynamics.repeated_throws import HIGHEST, LOWEST
from sorairo.world.tabletop.dynamics.sampling import CLASHES, sample_scene, sample_shots
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.dynamics.visibility import smallest_gap
from sorairo.world.tabletop.scene import (
    CANVAS_WORLD,
    EVENTS,
    FIRST_LIGHT,
    FOUR_THINGS,
    MATERIALS,
    SHAPES,
    SIZES,
    THREE_THINGS,
    Body,
    Scene,
    SceneConfig,
)

WORLD = SceneConfig()


def scene_of(event: str, seed: int, **changes) -> Scene:
    config = dataclasses.replace(WORLD, events=(event,), **changes)
    return sample_scene(np.random.default_rng(seed), config)


def body_of(shape: str, material: str = "rubber", size: str = "large") -> Body:
    return Body(shape=shape, color="red", material=material, size=size, position=(0, 0, 0))


def energy(rollout: Rollout) -> np.ndarray:
    """Kinetic and potential energy of all bodies, without rotation, joules, [F]."""
    masses = np.array([mass(body) for body in rollout.scene.bodies])
    kinetic = 0.5 * masses * (rollout.velocities**2).sum(-1)
    return (kinetic + masses * 9.81 * rollout.positions[..., 2]).sum(-1)


def test_every_event_of_the_vocabulary_can_be_drawn():
    assert set(EVENT_MAKERS) == set(EVENTS)


def test_equal_seeds_give_equal_scenes_and_others_do_not():
    scenes = [sample_scene(np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert scenes[0] == scenes[1]
    assert scenes[0] != scenes[2]
    assert Scene.from_json(scenes[0].to_json()) == scenes[0]


@pytest.mark.parametrize("event", EVENTS)
def test_scenes_stay_within_their_config(event: str):
    for seed in range(40):
        scene = scene_of(event, seed, min_bodies=2, max_bodies=3, lights=("night",))
        assert 2 <= len(scene.bodies) <= 3
        colors = [body.color for body in scene.bodies]
        assert len(set(colors)) == len(colors) or (event == "stand" and len(set(colors)) == 1)
        assert not set(colors) & {*CLASHES.get(scene.floor, ()), *CLASHES["night"]}
        assert scene.bodies[0].shape in EVENT_MAKERS[event].shapes


def test_a_config_without_a_possible_event_is_an_error():
    config = SceneConfig(shapes=("box",), events=("roll",))
    with pytest.raises(ValueError, match="roll"):
        sample_scene(np.random.default_rng(0), config)


def test_bodies_to_be_counted_are_apart_and_mostly_look_the_same():
    for config, count in ((THREE_THINGS, 3), (FOUR_THINGS, 4)):
        rng = np.random.default_rng(0)
        scenes = [sample_scene(rng, config) for _ in range(60)]
        assert {len(scene.bodies) for scene in scenes} == {count}
        assert min(smallest_gap(scene.bodies) for scene in scenes) > config.apart
        kinds = [len({(body.shape, body.color) for body in scene.bodies}) for scene in scenes]
        assert 30 < kinds.count(1) < 56
        assert set(kinds) == {1, count}
        shapes = [scene.bodies[0].shape for scene in scenes]
        assert min(shapes.count(shape) for shape in config.shapes) > 8  # none is easier to place


@pytest.mark.parametrize("event", EVENTS)
def test_bodies_start_apart_and_above_the_floor(event: str):
    for seed in range(40):
        bodies = scene_of(event, seed).bodies
        for index, body in enumerate(bodies):
            assert body.position[2] - half_spans(body)[2] > -1e-9
            for other in bodies[:index]:
                gap = np.abs(np.subtract(body.position, other.position))
                assert (gap > half_spans(body) + half_spans(other)).any() or (
                    np.linalg.norm(gap) > SIZES[body.size] + SIZES[other.size]
                )


@pytest.mark.parametrize("event", EVENTS)
def test_the_heading_is_where_the_first_body_goes(event: str):
    for seed in range(6):
        scene = scene_of(event, seed, max_bodies=2)
        x = simulate(scene, seconds=0.5).positions[:, 0, 0]
        if scene.heading != "none":
            assert (x[-1] > x[0]) == (scene.heading == "right")


@pytest.mark.parametrize("material", MATERIALS)
@pytest.mark.parametrize("shape", SHAPES)
def test_free_fall_and_rebound(shape: str, material: str):
    body = place(body_of(shape, material), x=0, above=6, pose=UPRIGHT)
    rollout = simulate(Scene(bodies=(body,), event="drop"), seconds=3, fps=120)
    height = rollout.positions[:, 0, 2] - half_spans(body)[2]
    speed = rollout.velocities[:, 0, 2]
    assert (speed[0] - speed[120]) == pytest.approx(9.81, rel=0.01)  # in one second
    rises = int(np.argmax(speed > 0.05))
    apex = height[rises : rises + int(np.argmax(speed[rises:] <= 0)) + 1].max()
    assert math.sqrt(apex / 6) == pytest.approx(BEHAVIOUR[material].restitution, abs=0.03)
    assert height.min() > -0.12  # it does not sink in


@pytest.mark.parametrize("material", MATERIALS)
def test_launched_bodies_stop_where_they_were_aimed(material: str):
    for shape, pose in (("sphere", UPRIGHT), ("cylinder", lying(0)), ("box", UPRIGHT)):
        rolls = shape != "box"
        body = place(body_of(shape, material), x=-4, pose=pose)
        body = launch(body, direction=(1, 0), distance=8, rolls=rolls)
        rollout = simulate(Scene(bodies=(body,), event="roll"), seconds=9)
        assert rollout.positions[-1, 0, 0] == pytest.approx(4, abs=0.4)
        assert np.abs(rollout.velocities[-1]).max() < 0.03
        if rolls:  # without slipping
            rim = rollout.spins[:, 0, 1] * half_spans(body)[2]
            np.testing.assert_allclose(rim, rollout.velocities[:, 0, 0], atol=0.2)


@pytest.mark.parametrize("event", [e for e in EVENTS if e not in ("turntable", "toss")])
def test_energy_never_rises_above_the_start(event: str):
    for seed in range(6):
        total = energy(simulate(scene_of(event, seed), seconds=4))
        start = max(total[0], total[:1].max())
        assert total.max() <= start * 1.002, (event, seed)


def test_a_collision_that_once_exploded():
    first = Body(
        shape="cylinder", color="red", position=(-6.67, 1.36, 2.1), velocity=(5.47, 0.0, 0.0)
    )
    second = Body(shape="box", color="blue", material="wood", position=(1.25, 1.37, 2.1))
    total = energy(simulate(Scene(bodies=(first, second), event="collide"), seconds=3))
    assert total.max() <= total[0] * 1.001


def test_bodies_at_rest_stay_at_rest():
    for seed in range(6):
        rollout = simulate(scene_of("slide", seed, min_bodies=4), seconds=3)
        assert np.abs(rollout.positions[:, 1:] - rollout.positions[0, 1:]).max() < 0.02


@pytest.mark.parametrize("event", ["turntable", "swing"])
def test_endless_events_do_not_stop(event: str):
    rollout = simulate(scene_of(event, 1, max_bodies=1), seconds=120)
    speed = np.linalg.norm(rollout.velocities[:, 0], axis=-1)
    width = np.ptp(rollout.positions[:, 0, 0].reshape(12, 120), axis=1)  # in each ten seconds
    assert speed[-120:].max() > 0.99 * speed[:120].max()
    assert width.min() > 0.98 * width.max()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_toss_goes_on_for_minutes_where_it_began(shape: str):
    for seed, material in enumerate(MATERIALS):
        changes = {"shapes": (shape,), "materials": (material,), "max_bodies": 1}
        rollout = simulate(scene_of("toss", seed, **changes), seconds=120)
        moved = rollout.positions[:, 0] - rollout.positions[0, 0]
        tops = moved.reshape(30, 48, 3)[..., 2].max(1)  # of each four seconds
        assert moved[:2, 2].max() < 0.01  # it is seen at rest before the first throw
        assert tops.min() > LOWEST - 0.3
        assert tops.max() < HIGHEST + 0.3
        assert np.ptp(tops) > 0.8  # the throws differ
        assert np.abs(moved[:, :2]).max() < 1
        assert moved[:, 2].min() > -0.6


def test_throws_do_not_depend_on_the_frame_rate():
    scene = scene_of("toss", 3, max_bodies=1)
    slow, quick = (simulate(scene, seconds=12, fps=fps).positions for fps in (1.5, 12))
    np.testing.assert_allclose(slow, quick[::8], atol=1e-9)


def test_shots_of_a_story_have_the_same_bodies_and_other_events():
    for seed in range(40):
        for config in (WORLD, CANVAS_WORLD):
            shots = sample_shots(np.random.default_rng(seed), config, 3)
            assert len(shots) == 3
            assert shots[0] == sample_scene(np.random.default_rng(seed), config)
            assert len({(s.floor, s.light, s.style) for s in shots}) == 1
            for looks in zip(*(shot.bodies for shot in shots), strict=True):
                assert len({(b.shape, b.color, b.size, b.material) for b in looks}) == 1
            for shot in shots:
                event = EVENT_MAKERS[shot.event]
                assert {b.shape for b in shot.bodies[: event.bodies]} <= set(event.shapes)
                assert len(shot.bodies) <= event.max_bodies
                if shot.event == "slide":  # nothing of an earlier shot's motion is left
                    assert shot.bodies[0].spin == (0, 0, 0)
            events = [shot.event for shot in shots]
            if len(shots[0].bodies) == 1:
                assert events[0] != events[1] != events[2]


def test_contacts_of_a_collision_and_of_the_floor():
    rollout = simulate(scene_of("collide", 0, max_bodies=2), seconds=4)
    assert not rollout.contacts[0, 0, 1]
    assert rollout.contacts[:, 0, 1].any()
    np.testing.assert_array_equal(rollout.contacts[:, 0, 1], rollout.contacts[:, 1, 0])
    falling = simulate(scene_of("drop", 0, max_bodies=1), seconds=2)
    assert not falling.contacts[0].any()
    assert falling.contacts[:, 0, -1].any()


def test_a_longer_clip_begins_like_a_shorter_one():
    scene = scene_of("drop", 5)
    short, long = simulate(scene, seconds=1), simulate(scene, seconds=12)
    assert len(long) == 144
    np.testing.assert_array_equal(long.positions[:12], short.positions)
    double = simulate(scene, seconds=1, fps=24)
    np.testing.assert_allclose(double.positions[::2], short.positions, atol=1e-9)


def test_apparent_motion_is_learnable():
    """The median over moving bodies is under 4 pixels a frame, at 128 pixels and 12 fps."""
    pixels = 128 / 18  # a metre, at the table's centre
    for config in (WORLD, FIRST_LIGHT):
        steps = []
        for seed in range(32):
            scene = sample_scene(np.random.default_rng(seed), config)
            speed = np.linalg.norm(simulate(scene, seconds=4).velocities, axis=-1)
            steps.append(speed[speed > 0.2] / 12 * pixels)
        assert np.median(np.concatenate(steps)) < 4
