"""Shots of one story, twins and bridges of the lifelike world."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.lifelike.filming.stories import changed, sample_shots
from sorairo.world.lifelike.filming.transitions import return_to_start, rollouts_across
from sorairo.world.lifelike.language.captions import stated
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import simulate
from sorairo.world.lifelike.world import WORLD

SPAN, FRAMES, FPS = (17, 33), 49, 12.0


def test_shots_of_a_story_share_their_cast_and_their_place():
    events = set()
    for seed in range(12):
        config = SceneConfig(events=("walk", "wave", "dance", "drop", "topple", "shatter"))
        scenes = sample_shots(np.random.default_rng(seed), config, 3)
        assert scenes[0] == sample_scene(np.random.default_rng(seed), config)
        for scene in scenes:
            first = scenes[0]
            assert (scene.people, scene.place, scene.ground) == (
                first.people,
                first.place,
                first.ground,
            )
            kinds = [(thing.kind, thing.color) for thing in scene.things]
            assert kinds == [(thing.kind, thing.color) for thing in first.things]
        if scenes[0].people:
            assert scenes[0].event != scenes[1].event != scenes[2].event
        assert len({scene.seed for scene in scenes}) == 3
        events |= {scene.event for scene in scenes}
    assert len(events) > 3


def facts(scene: Scene) -> set[tuple[str, str]]:
    """What a full caption may state, whatever words are drawn."""
    found: set[tuple[str, str]] = set()
    for seed in range(8):
        found |= stated(scene, np.random.default_rng(seed), language="en", detail="full")[1]
    return found


def test_a_twin_differs_in_one_thing():
    kinds = set()
    for seed in range(30):
        scene = sample_scene(np.random.default_rng(seed))
        twin = changed(scene, np.random.default_rng(seed + 1))
        names = {
            field.name
            for field in dataclasses.fields(scene)
            if getattr(scene, field.name) != getattr(twin, field.name)
        }
        assert names - {"shot"} in (
            {"people"},
            {"things"},
            {"heading"},
            {"place"},
            {"place", "ground"},
        )
        assert "shot" not in names or "heading" in names
        assert twin.event == scene.event
        kinds |= names
        if "heading" not in names:  # which "shatter" does not say
            assert facts(scene) != facts(twin)
    assert kinds >= {"people", "things", "place"}


@pytest.mark.parametrize("event", ["sit", "carry", "topple", "bite", "float", "sink"])
def test_a_twin_shows_another_thing_that_the_event_suits(event: str):
    kinds = {
        sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,))).things[0].kind
        for seed in range(300)
    }
    others, last = set(), None
    for seed in range(60):
        scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,)))
        twin = changed(scene, np.random.default_rng(seed))
        if twin.things[0].kind != scene.things[0].kind:
            others.add(twin.things[0].kind)
            last = twin
        assert event != "sit" or twin.people[0].age != "child"
    assert last is not None
    assert others <= kinds
    assert len(simulate(last, seconds=0.2))


def test_the_camera_pans_with_a_twin_who_goes_the_other_way():
    config = SceneConfig(
        events=("walk", "run"), cameras=("pan_left",), framings=("whole",), cuts=0.0
    )
    panned = 0
    for seed in range(60):
        scene = sample_scene(np.random.default_rng(seed), config)
        twin = changed(scene, np.random.default_rng(seed))
        if twin.heading != scene.heading and scene.shot.camera.startswith("pan"):
            panned += 1
            assert twin.shot.camera == f"pan_{twin.heading}"
    assert panned


def test_one_scene_becomes_another():
    one, other = (
        sample_scene(np.random.default_rng(seed), SceneConfig(events=("drop",), cuts=0.0))
        for seed in (1, 2)
    )
    before, after = rollouts_across(one, other, SPAN, FRAMES, FPS)
    assert (len(before), len(after)) == (SPAN[1], FRAMES - SPAN[0])
    np.testing.assert_allclose(before.positions[0, 0], simulate(one, seconds=1).positions[0, 0])
    np.testing.assert_allclose(after.positions[0, 0], simulate(other, seconds=1).positions[0, 0])


@pytest.mark.parametrize("event", ["wave", "walk"])
def test_a_scene_returns_to_its_beginning(event: str):
    config = SceneConfig(events=(event,), cameras=("orbit_left",), cuts=0.0)
    scene = sample_scene(np.random.default_rng(4), config)
    rollouts = return_to_start(scene, SPAN, FRAMES, FPS, np.random.default_rng(0))
    last = rollouts[-1]
    if event == "wave":  # glides back
        assert [len(each) for each in rollouts] == [FRAMES]
        steps = np.linalg.norm(np.diff(last.joints[:, 0], axis=0), axis=-1).max(-1)
        assert steps[SPAN[0] - 1 : SPAN[1]].max() < 0.25
        places = np.array([camera.position for camera in last.cameras])
        assert np.linalg.norm(np.diff(places, axis=0), axis=-1).max() < 0.5
    else:  # dissolves
        assert [len(each) for each in rollouts] == [SPAN[1], FRAMES - SPAN[0]]


def test_samples_of_every_kind():
    settings = {"seeds": [5], "seconds": 3.0, "fps": 3.0, "size": (32, 32)}
    part = SceneConfig(events=("drop",), places=("park",), weathers=("snowfall",))
    shots = list(WORLD.samples(part=part, shots=2, **settings))
    twins = list(WORLD.samples(part=part, shots=2, twins=True, **settings))
    assert [sample.frames.shape for sample in shots + twins] == [(9, 32, 32, 3)] * 4
    assert all(a.scene != b.scene for a, b in zip(shots, twins, strict=True))
    with WORLD.renderer(32, 32) as renderer:  # snow hides nothing in masks
        again = renderer.masks(WORLD.simulate(shots[0].scene, seconds=3.0, fps=3.0))
    np.testing.assert_array_equal(shots[0].masks, again)
    bridged = list(WORLD.samples(part=part, bridges=1, **settings))
    assert [sample.frames.shape for sample in bridged] == [(9, 32, 32, 3)] * 2
    assert all(sample.bridge is not None for sample in bridged)
