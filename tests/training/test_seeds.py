"""No recipe trains on scenes of the exam: their seeds differ."""

from __future__ import annotations

import pytest

from sorairo.data.clip_sets import CLIP_SETS
from sorairo.data.clips_config import ClipsConfig
from sorairo.exam.held_out_scenes import FIRST_SEED, scenes
from sorairo.exam.suites.played.games import SEEDS
from sorairo.training.networks.game_codec import GameCodecRecipe
from sorairo.training.networks.game_model import PlayRecipe
from sorairo.training.networks.text_encoder import TextEncoderRecipe
from sorairo.training.recipes.codec2 import HELD_OUT, codec2
from sorairo.training.recipes.registry import RECIPES


def clips_of(recipe: object) -> list:
    """Every set of clips that a recipe names, however deep."""
    from dataclasses import fields, is_dataclass

    if isinstance(recipe, ClipsConfig):
        return [recipe]
    if is_dataclass(recipe):
        parts = [getattr(recipe, field.name) for field in fields(recipe)]
    elif isinstance(recipe, dict):
        parts = list(recipe.values())
    elif isinstance(recipe, list | tuple):
        parts = list(recipe)
    else:
        return []
    return [each for part in parts for each in clips_of(part)]


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_stays_below_the_seeds_of_the_exam(name: str):
    recipe = RECIPES[name]()
    found = clips_of(recipe)
    if isinstance(recipe, GameCodecRecipe):
        return  # pictures of random tiles, of no world
    if isinstance(recipe, TextEncoderRecipe):
        texts = recipe.texts
        assert texts.first_seed + max(texts.scenes, texts.vocabulary_scenes) < FIRST_SEED
        return  # captions of scenes that are not shown
    if isinstance(recipe, PlayRecipe):
        for games in (recipe.games, recipe.held_out):
            assert games.first_seed + games.worlds < SEEDS
        return
    assert found, "a recipe shows something"
    for clips in found:
        assert clips.first_seed + clips.count < FIRST_SEED


def seeds_of(clips: ClipsConfig) -> range:
    return range(clips.first_seed, clips.first_seed + clips.count)


def test_no_codec_is_measured_on_clips_that_a_recipe_trains_on():
    held_out = [*HELD_OUT.values(), codec2().held_out]
    trained = [*CLIP_SETS.values()]
    for recipe in RECIPES.values():
        trained += [clips for clips in clips_of(recipe()) if clips not in held_out]
    for one in held_out:
        mine = seeds_of(one)
        for other in trained:
            theirs = seeds_of(other)
            apart = mine.stop <= theirs.start or theirs.stop <= mine.start
            assert one.world != other.world or apart


def test_held_out_scenes_by_index():
    assert scenes(3) == [*scenes(1), *scenes(2, skip=1)]
