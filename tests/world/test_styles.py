"""Styles look the same at every size, do not flicker, and differ from each other."""

from __future__ import annotations

import dataclasses
import itertools
import json

import numpy as np
import pytest
from PIL import Image

from sorairo.errors import UnknownNameError
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style
from sorairo.world.tabletop.scene import FIRST_LIGHT, STYLE_NAMES, Scene, SceneConfig

COLOURFUL = ("pencil", "oil", "pixel_art", "neon")


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    """Two bodies; uint8 [6, 96, 96, 3]."""
    config = SceneConfig(
        events=("roll",), floors=("wood",), lights=("day",), cameras=("still",), min_bodies=2
    )
    return next(
        iter(make_clips(seeds=[3], config=config, seconds=1, fps=6, width=96, height=96))
    ).frames


def test_every_style_has_its_function():
    assert ("none", *STYLES) == STYLE_NAMES


@pytest.mark.parametrize("style", STYLES)
def test_a_frame_is_styled_the_same_with_any_other_frames(clip: np.ndarray, style: str):
    styled = apply_style(style, clip)
    assert styled.shape == clip.shape
    assert styled.dtype == np.uint8
    np.testing.assert_array_equal(apply_style(style, clip[3:4])[0], styled[3])
    still = apply_style(style, np.stack([clip[0]] * 3))
    assert (still == still[0]).all()


def test_none_changes_nothing_and_an_unknown_style_names_the_nearest(clip: np.ndarray):
    assert apply_style("none", clip) is clip
    with pytest.raises(UnknownNameError, match="pencil"):
        apply_style("pencils", clip)


def test_styles_differ_from_each_other_and_from_none(clip: np.ndarray):
    styled = {name: apply_style(name, clip).astype(int) for name in STYLE_NAMES}
    for one, other in itertools.combinations(STYLE_NAMES, 2):
        assert np.abs(styled[one] - styled[other]).mean() > 8, (one, other)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("width", "height"), [(128, 80), (80, 128), (384, 384)])
def test_the_look_does_not_depend_on_the_size(
    clip: np.ndarray, style: str, width: int, height: int
):
    def resized(frames: np.ndarray) -> np.ndarray:
        return np.stack([np.asarray(Image.fromarray(f).resize((width, height), 3)) for f in frames])

    # Squeezed pictures have other lengths, so the overall impression is compared.
    at_96 = apply_style(style, clip[:2]).astype(float)
    other = apply_style(style, resized(clip[:2])).astype(float)
    np.testing.assert_allclose(other.mean((0, 1, 2)), at_96.mean((0, 1, 2)), atol=12)
    np.testing.assert_allclose(other.std((0, 1, 2)), at_96.std((0, 1, 2)), atol=10)


def test_grey_styles_are_grey_and_the_others_keep_the_colour_of_bodies(clip: np.ndarray):
    for name in ("film_noir", "black_and_white"):
        assert (np.ptp(apply_style(name, clip), axis=-1) == 0).all()
    red, blue = (np.full((1, 96, 96, 3), (170, 170, 165), np.uint8) for _ in range(2))
    red[:, 30:60, 30:60], blue[:, 30:60, 30:60] = (200, 20, 20), (25, 50, 210)
    for name in COLOURFUL:
        reds, blues = (apply_style(name, f)[0, 28:62, 28:62].mean((0, 1)) for f in (red, blue))
        assert reds[0] - reds[2] > blues[0] - blues[2] + 15, name


def test_styles_are_drawn_last_so_that_seeds_keep_their_scenes():
    styled = dataclasses.replace(FIRST_LIGHT, styles=STYLE_NAMES)
    found = set()
    for seed in range(60):
        scene = sample_scene(np.random.default_rng(seed), styled)
        found.add(scene.style)
        plain = sample_scene(np.random.default_rng(seed), FIRST_LIGHT)
        assert dataclasses.replace(scene, style="none") == plain
    assert found == set(STYLE_NAMES)


def test_clips_have_the_style_of_their_scene():
    config = dataclasses.replace(FIRST_LIGHT, styles=("black_and_white",))
    settings = {"seeds": [1], "seconds": 0.2, "width": 48, "height": 48}
    sample = next(iter(make_clips(config=config, **settings)))
    plain = next(iter(make_clips(config=FIRST_LIGHT, **settings)))
    np.testing.assert_array_equal(sample.frames, apply_style("black_and_white", plain.frames))
    np.testing.assert_array_equal(sample.masks, plain.masks)
    record = json.loads(json.dumps(sample.scene.to_json()))
    assert Scene.from_json(record) == sample.scene
    del record["style"]
    assert Scene.from_json(record) == plain.scene
