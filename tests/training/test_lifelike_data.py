"""Clips of the lifelike world as training data."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.data.clip_sets import LIFELIKE_PICTURES, MOVING_LIFE_CLIPS
from sorairo.data.rendered_shards import Shard
from sorairo.training.data.crops import Crops, CropsConfig
from sorairo.training.data.samplers.captions import CaptionConfig, example_caption
from sorairo.world.lifelike.language.parsing import parse
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.world import WORLD
from training_recipes import CODEC, rendered

FALLS = SceneConfig(events=("drop",), cameras=("still",))
TINY = dataclasses.replace(
    MOVING_LIFE_CLIPS, scene=FALLS, count=1, shard_clips=1, seconds=13 / 12, sizes=((32, 32),)
)
PICTURE = dataclasses.replace(
    LIFELIKE_PICTURES, scene=FALLS, count=1, shard_clips=1, sizes=((32, 32),)
)


@pytest.fixture(scope="module")
def shards() -> list[Shard]:
    """A ball that falls, and a picture of another."""
    return [*rendered(TINY), *rendered(PICTURE)]


def test_a_shard_holds_scenes_of_its_world(shards: list[Shard]):
    clip, picture = shards
    assert clip.frames.shape == (1, 13, 32, 32, 3)
    assert picture.frames.shape == (1, 1, 32, 32, 3)
    assert isinstance(clip.scenes[0], Scene)
    assert clip.scenes[0].event == "drop"
    assert set(np.unique(clip.masks)) == {0, 1}


def test_pictures_show_what_they_are_about():
    """Also of events that begin with something hidden: their first frame is all there is."""
    assert isinstance(LIFELIKE_PICTURES.scene, SceneConfig)
    for event in sorted(set(LIFELIKE_PICTURES.scene.events)):
        part = SceneConfig(events=(event,), framings=("whole",))
        (sample,) = WORLD.samples(seeds=[5], part=part, seconds=1 / 12, fps=12.0, size=(64, 64))
        assert (sample.masks > 0).sum() > 20, event


def test_batches_of_a_codec_show_what_moves_and_pictures_at_rest(shards: list[Shard]):
    config = CropsConfig(batch=6, groups=2, crop=16, fast=0.5, object_weight=6.0)
    crops, rng = Crops(config, shards, CODEC), np.random.default_rng(0)
    batches = [crops.draw(rng) for _ in range(8)]
    assert {tuple(video.shape) for video, _ in batches} == {(6, 3, 8, 16, 16)}
    changes = np.concatenate([video.diff(dim=2).abs().amax((1, 2, 3, 4)) for video, _ in batches])
    assert 0 < (changes == 0).mean() < 0.6
    assert max(float(weight.max()) for _, weight in batches) == 6.0


def test_most_captions_of_pictures_say_nothing_of_what_happens():
    rng = np.random.default_rng(0)
    scene = sample_scene(rng, SceneConfig(events=("drop",)))
    config = CaptionConfig(no_text=0.0)

    def with_event(*, picture: bool) -> int:
        texts = (
            example_caption(scene, rng, config, world="lifelike", picture=picture)
            for _ in range(200)
        )
        return sum(("event", "drop") in parse(text).facts for text in texts)

    assert with_event(picture=False) == 200
    assert 20 < with_event(picture=True) < 100
