"""Trains the network of a recipe. Data, states and results are in the cache folder."""

from __future__ import annotations

from pathlib import Path

import torch

from sorairo.config import override
from sorairo.nn.precision import choose_device
from sorairo.training.loop.changed_settings import say_changes
from sorairo.training.loop.loop import Loop
from sorairo.training.loop.run_folder import only_process, run_folder
from sorairo.training.loop.state import TrainState
from sorairo.training.recipe import Recipe
from sorairo.training.recipes.registry import find_recipe
from sorairo.training.share_alike import check_licences


def main(name: str, overrides: list[str]) -> Path:
    """Runs the recipe `name` with `overrides` of its fields; the path of the result."""
    return run(override(find_recipe(name), overrides))


def run(recipe: Recipe) -> Path:
    """Trains the network of a recipe, or continues an interrupted run; the path of the result.
    Raises TrainingError where another process trains the same run."""
    check_licences(recipe)
    folder = run_folder(recipe.run_name())
    with only_process(folder):
        return _train(recipe, folder)


def _train(recipe: Recipe, folder: Path) -> Path:
    task = recipe.prepare(folder)
    torch.manual_seed(recipe.loop.seed)
    network = task.network().to(choose_device(None))
    state = TrainState(network, task.optimiser(network))
    if state.load(folder):
        say_changes(folder, recipe)

    def save() -> None:
        state.save(folder, recipe)
        task.save(state, folder)

    Loop(task.objective(network), state, recipe.loop, recipe.optimiser, folder, save).run()
    return task.result(folder)
