"""One model of both worlds: its recipe, its tokenizer, and a batch of its examples."""

from __future__ import annotations

import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sorairo.data.clip_sets import MOVING_LIFE_CLIPS
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.latent_dataset import ClipSet
from sorairo.data.rendered_shards import Shard
from sorairo.models.text import START, train_tokenizer
from sorairo.training.data.encode import encode_source
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape, draw_batch
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.data.tokenizer import captions, texts_of
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.networks.encoding_codec import codec_of_run
from sorairo.training.recipes.both_worlds import both_worlds
from sorairo.training.recipes.both_worlds_cpu import both_worlds_cpu
from sorairo.training.recipes.registry import RECIPES
from sorairo.training.recipes.text_encoder import TEXT
from sorairo.world import registry
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.tabletop.dynamics import sampling as tabletop
from training_recipes import CLIPS, CODEC_RECIPE, Prepared, rendered

WORD = re.compile(r"[a-z]{2,}|[\u2e80-\u9fff]")
VOCABULARY = 2048  # where the text network learns from the captions alone
SIZE = (32, 32)
LIFE = dataclasses.replace(
    MOVING_LIFE_CLIPS,
    scene=SceneConfig(events=("drop",), cameras=("still",)),
    first_seed=23_900_000,
    count=1,
    shard_clips=1,
    seconds=13 / 12,
    sizes=(SIZE,),
)


RECIPES_OF_BOTH = pytest.mark.parametrize("make", [both_worlds, both_worlds_cpu])


@RECIPES_OF_BOTH
def test_every_kind_of_example_finds_its_clips(make: Callable[[], ModelRecipe]):
    recipe = make()
    factor = recipe.model.codec.time_factor
    shapes = [shape for phase in recipe.objective.phases for shape in phase.shapes]
    kinds = [kind for shape in shapes for kind in shape.kinds]
    made = {(n, size) for n, source in recipe.sources.items() for size in source.clips.sizes}
    assert {(kind.source, kind.size) for kind in kinds} == made, "none is made for nothing"
    for kind in kinds:
        source = recipe.sources[kind.source]
        assert kind.size in source.clips.sizes
        frames = (round(source.clips.seconds * source.clips.fps) - 1) // factor + 1
        assert kind.frames <= (1 if source.alone else frames)
        assert kind.draw != "story" or source.clips.shots == 3
        assert kind.draw != "fade" or source.clips.bridges == factor
        assert (kind.draw == "edited") == (source.twins is not None)
        assert kind.draw not in ("keyed", "still") or source.pictures


def test_its_text_encoder_is_the_result_of_a_recipe():
    recipe = both_worlds()
    distilled = RECIPES[recipe.text_run]()
    assert getattr(distilled, "text", None) == recipe.model.text == TEXT
    assert recipe.model.transformer.text_dim == TEXT.dim
    assert recipe.objective.text_tokens == TEXT.max_length


def test_shapes_have_equally_many_tokens_and_texts():
    for phase in both_worlds_cpu().objective.phases:
        for shape in phase.shapes:
            tokens = {kind.frames * kind.size[0] * kind.size[1] for kind in shape.kinds}
            keyed = {kind for kind in shape.kinds if kind.draw == "keyed"}
            tokens -= {kind.frames * kind.size[0] * kind.size[1] for kind in keyed}
            assert len(tokens) == 1
            assert len({kind.draw in ("story", "fade") for kind in shape.kinds}) == 1


def test_both_worlds_and_both_looks_of_the_table_top_are_in_it():
    parts = [source.clips for source in both_worlds().sources.values()]
    assert {clips.world for clips in parts} == {"lifelike", "tabletop"}
    table = [clips.scene for clips in parts if clips.world == "tabletop"]
    assert {bool(getattr(part, "places")) for part in table} == {False, True}  # noqa: B009


@RECIPES_OF_BOTH
def test_only_twins_share_seeds(make: Callable[[], ModelRecipe]):
    sets = [clips for clips, _ in make().rendered() if not clips.twins]
    found = {(clips.world, clips.first_seed, clips.count) for clips in sets}
    for one, other in itertools.combinations(sorted(found), 2):
        assert one[0] != other[0] or one[1] + one[2] <= other[1]


def scenes_of(world: str, seeds: range) -> ClipSet:
    draw = sample_scene if world == "lifelike" else tabletop.sample_scene
    found = [draw(np.random.default_rng(seed)) for seed in seeds]
    return ClipSet(clips={}, scenes={SIZE: found}, fps=12, time_factor=4, patch=2, world=world)


@pytest.fixture(scope="module")
def texts() -> tuple[list[str], list[str]]:
    """What a tokenizer learns from, and captions of other scenes."""

    def of(seeds: range) -> dict[str, ClipSet]:
        return {world: scenes_of(world, seeds) for world in ("lifelike", "tabletop")}

    return texts_of(of(range(3000)), 8000), captions(of(range(50_000, 50_400)), 1200, seed=1)


def test_captions_of_both_worlds_have_words_of_the_tokenizer(texts):
    """No word is spelt out, and no caption is cut."""
    tokenizer = train_tokenizer(texts[0], VOCABULARY)
    for text in texts[1]:
        assert len(tokenizer.encode(text).ids) < TEXT.max_length
        same = unicodedata.normalize("NFKC", text).lower()
        assert tokenizer.decode(tokenizer.encode(text).ids).removeprefix(" ") == same
    words = {word for text in texts[1] for word in WORD.findall(text.lower())}
    assert len(words) > 400
    for word in words:
        tokens = tokenizer.encode(f" {word}" if word.isascii() else word).ids
        assert len(tokens) <= (3 if word.isascii() else 1), word


def test_a_batch_shows_both_worlds(codec_run: Path, prepared: Prepared):
    codec = codec_of_run("tiny-codec", "both", CODEC_RECIPE.codec, CLIPS).codec
    clips: dict[str, ClipSet] = {}
    shown: dict[str, ClipsConfig] = {"life": LIFE, "table": CLIPS}
    rendered(LIFE)
    for name, config in shown.items():
        source = LatentSource(clips=config, pictures=2)
        paths = encode_source(codec, source, codec_run / f"latents-of-{name}", patch=2)
        clips[name] = ClipSet.load(paths, fps=12, time_factor=4, patch=2, world=config.world)
    spec = ExampleSpec(draw="window", source="life", frames=3, weight=1.0, size=SIZE)
    kinds = (spec, dataclasses.replace(spec, source="table"))
    kinds += tuple(dataclasses.replace(kind, draw="keyed", frames=1) for kind in kinds)
    config = DenoiserLossConfig(
        phases=(Phase(until=1.0, shapes=(Shape(kinds=kinds),)),), tokens=16 * 12, text_tokens=64
    )
    _, _, tokenizer = prepared
    rng = np.random.default_rng(0)
    batch = draw_batch(config, config.phases[0], clips, tokenizer, 2, rng)
    assert batch.z.shape[:2] == (16, 12)
    assert torch.isfinite(batch.z.float()).all()
    start = tokenizer.token_to_id(START)
    read = [tokenizer.decode([i for i in ids.tolist() if i != start]) for ids in batch.ids]
    language = registry.language("lifelike")
    life = [text for text in read if "ball" in text or "球" in text]
    assert 0 < len(life) < len(read)
    assert any(language.parse(text.replace("<pad>", "")).things for text in life)


def test_a_shard_of_the_lifelike_world_keeps_what_is_true_of_it():
    (shard,) = rendered(LIFE)
    assert isinstance(shard, Shard)
    (captions_of_clip,) = shard.captions
    assert set(captions_of_clip) == {"en", "zh"}
    assert {len(texts) for texts in captions_of_clip["zh"].values()} == {4}
    (truth,) = shard.truth
    assert truth["positions"].shape == (13, 1, 3)
    falling = np.diff(truth["positions"][:5, 0, 2])
    assert (falling < 0).any()
