"""No recipe trains on scenes of the exam: their seeds differ."""

from __future__ import annotations

import pytest

from sorairo.exam.held_out_scenes import FIRST_SEED, scenes
from sorairo.training.recipes.registry import RECIPES


def clips_of(recipe: object) -> list:
    """Every set of clips that a recipe names, however deep."""
    from dataclasses import fields, is_dataclass

    from sorairo.data.clips_config import ClipsConfig

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
    assert found, "a recipe shows something"
    for clips in found:
        assert clips.first_seed + clips.count < FIRST_SEED


def test_held_out_scenes_by_index():
    assert scenes(3) == [*scenes(1), *scenes(2, skip=1)]
