"""Render the clips that recipes train on ahead of time: `python -m sorairo.training.render_data
NAME ...`. Training renders what is missing; rendering first saves paid GPU time."""

from __future__ import annotations

import sys

from sorairo.data.rendered_shards import ClipsConfig, render_all
from sorairo.errors import unknown_name
from sorairo.training.data.encode import clips_of
from sorairo.training.objectives.deflicker import SteadierRecipe
from sorairo.training.recipes.registry import RECIPES, Recipe
from sorairo.training.recipes.tabletop import CodecRecipe, ModelRecipe


def sets_of(recipe: Recipe) -> list[tuple[ClipsConfig, int | None]]:
    """The sets of clips that a recipe sees, and how many of each (None: all)."""
    if isinstance(recipe, ModelRecipe):
        return [each for source in recipe.sources.values() for each in clips_of(source)]
    if isinstance(recipe, CodecRecipe):
        seen = [recipe.clips]
    elif isinstance(recipe, SteadierRecipe):
        seen = [*recipe.clips]
    else:
        seen = [recipe.clips, recipe.wide]
    return [(clips, None) for clips in (*seen, recipe.held_out)]


def main(names: list[str]) -> None:
    for name in names:
        if name not in RECIPES:
            raise unknown_name("recipe", name, RECIPES)
    render_all([each for name in names for each in sets_of(RECIPES[name]())])


if __name__ == "__main__":
    main(sys.argv[1:])
