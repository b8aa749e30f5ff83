"""Render the clips that recipes train on ahead of time: `python -m sorairo.training.render_data
NAME ...`. Training renders what is missing; rendering first saves paid GPU time."""

from __future__ import annotations

import sys

from sorairo.data.rendered_shards import render_all
from sorairo.training.recipes.registry import find_recipe


def main(names: list[str]) -> None:
    recipes = [find_recipe(name) for name in names]
    render_all([each for recipe in recipes for each in recipe.rendered()])


if __name__ == "__main__":
    main(sys.argv[1:])
