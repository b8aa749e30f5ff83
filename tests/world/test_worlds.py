"""Every world in the registry keeps to `world.protocol`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from sorairo.errors import UnknownNameError
from sorairo.world import registry
from sorairo.world.protocol import Language, Renderer, World
from sorairo.world.renderers import JointRenderer, NormalsRenderer

WORLDS = tuple(registry.WORLDS)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World[Any, Any, Any]:
    if request.param == "menagerie":
        request.getfixturevalue("small_menagerie")
    return registry.world(request.param)


def test_the_entry_says_what_the_world_says(world: World[Any, Any, Any]):
    entry = registry.entry(world.name)
    assert isinstance(world, World)
    assert isinstance(world.language, Language)
    assert (entry.fps, entry.sizes) == (world.fps, world.sizes)
    assert (entry.languages, entry.details) == (world.text_languages, world.caption_details)
    assert world.language is registry.language(world.name)


def test_equal_seeds_give_equal_scenes_that_pass_through_json(world: World[Any, Any, Any]):
    scenes = [world.sample_scene(np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert scenes[0] == scenes[1] != scenes[2]
    for scene in scenes:
        assert world.scene_from_json(json.loads(json.dumps(scene.to_json()))) == scene


def test_captions_are_in_the_words_of_the_world(world: World[Any, Any, Any]):
    rng = np.random.default_rng(5)
    for _ in range(20):
        scene = world.sample_scene(rng)
        for language in world.text_languages:
            for detail in world.caption_details:
                text = world.caption(scene, rng, language=language, detail=detail)
                meaning = world.language.parse(text)
                assert meaning.unknown == ()
                assert meaning.things
                assert meaning.may_share_scene(meaning)


def test_frames_masks_depth_and_truth_go_together(world: World[Any, Any, Any]):
    rollout = world.simulate(world.sample_scene(np.random.default_rng(3)), seconds=0.5)
    frames = max(1, round(0.5 * world.fps))
    assert (len(rollout), rollout.fps) == (frames, world.fps)
    assert rollout.truth()
    assert all(len(values) == frames for values in rollout.truth().values())
    assert ("actions" in rollout.truth()) == bool(world.actions)
    with world.renderer(48, 32) as renderer:
        assert isinstance(renderer, Renderer)
        pictures, masks, depth = (
            draw(rollout) for draw in (renderer.film, renderer.masks, renderer.depth)
        )
        normals = renderer.normals(rollout) if isinstance(renderer, NormalsRenderer) else None
        if isinstance(renderer, JointRenderer):
            again, same_masks = renderer.film_and_masks(rollout)
            assert np.abs(again.astype(int) - pictures).mean() < 1  # but for dither
            np.testing.assert_array_equal(same_masks, masks)
    assert (pictures.shape, pictures.dtype) == ((frames, 32, 48, 3), np.uint8)
    assert (masks.shape, masks.dtype) == ((frames, 32, 48), np.uint8)
    assert masks.max() > 0
    if depth is not None:
        assert (depth.shape, depth.dtype) == ((frames, 32, 48), np.float32)
        assert (depth[masks > 0] < depth.max()).all()
        assert (depth > 0).all()
    if normals is not None:
        assert (normals.shape, normals.dtype) == ((frames, 32, 48, 3), np.float32)
        lengths = np.linalg.norm(normals, axis=-1)
        assert lengths[masks > 0] == pytest.approx(1, abs=1e-3)
        assert set(lengths.round(2).ravel()) <= {0.0, 1.0}


def test_services_on_prompts(world: World[Any, Any, Any]):
    words = world.language
    assert words.parse("qwertz").unknown == ("qwertz",)
    assert words.style_words("none", "en") == words.style_words("", "en") == ""
    assert words.style_words("with soft shadows", "en") == ""
    rng = np.random.default_rng(7)
    for language in world.text_languages:
        prompt = world.caption(world.sample_scene(rng), rng, language=language, detail="short")
        longer = words.expand(prompt, 3)
        assert longer == words.expand(prompt, 3)
        assert words.parse(prompt).things <= words.parse(longer).things


def test_a_model_of_no_world_may_be_asked_for_anything():
    words = registry.language(registry.NONE)
    assert words.parse("a cat in Paris").unknown == ()
    assert words.parse("a cat").may_share_scene(words.parse("a dog"))
    assert words.expand("a cat in Paris", 3) == "a cat in Paris"
    assert words.warnings("a cat in Paris") == []
    assert words.style_words("pixel_art", "en") == "pixel art"
    assert words.style_words("none", "en") == ""


def test_an_unknown_world_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="tabletop"):
        registry.world("tabeltop")


@pytest.mark.parametrize("name", WORLDS)
def test_language_is_loaded_without_the_simulator(name: str):
    script = (
        f"import sys; from sorairo.world import registry; registry.language({name!r});"
        "print(*{each.split('.')[0] for each in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(registry.entry(name).requires) & set(done.stdout.split())


def test_samples_have_the_true_state(world: World[Any, Any, Any]):
    part = registry.part_type(world.name)()
    (clip,) = world.samples(seeds=[4], part=part, seconds=0.25, fps=world.fps, size=(32, 32))
    rollout = world.simulate(clip.scene, seconds=0.25)
    assert clip.frames.shape == (*clip.masks.shape, 3) == (len(rollout), 32, 32, 3)
    assert set(clip.truth) == set(rollout.truth())
    for name, values in rollout.truth().items():
        np.testing.assert_array_equal(clip.truth[name], values)


@pytest.mark.parametrize("more", [{"shots": 2}, {"twins": True}, {"bridges": 4}])
def test_what_a_world_does_not_offer_is_refused(more: dict[str, Any], small_menagerie: None):
    world = registry.world("menagerie")
    part = registry.part_type("menagerie")()
    with pytest.raises(ValueError, match=f"set '?{next(iter(more))}'?|leave '{next(iter(more))}'"):
        next(world.samples(seeds=[4], part=part, seconds=4.0, fps=12.0, size=(32, 32), **more))
