"""`sorairo train`: train a network with a recipe."""

from __future__ import annotations

import click

from sorairo.cli.console import say, show
from sorairo.errors import MissingExtraError, TrainingError


@click.command(
    epilog="""\b
    Example:
      sorairo train tabletop-codec loop.steps=2000""",
)
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[FIELD.PATH=VALUE]...")
def train(recipe: str, overrides: tuple[str, ...]) -> None:
    """Train a network with a recipe, and print the path of the result.

    FIELD.PATH=VALUE overrides a field of the recipe. An interrupted run continues where it stopped.
    """
    from sorairo import training

    try:
        name = training.current_name(recipe)
        if name != recipe:
            say(f"The recipe '{recipe}' is now called '{name}'; the old name will be removed.")
        result = training.main(name, list(overrides))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("mujoco", "tensorboard"):
            raise
        raise MissingExtraError(
            f"Training needs {error.name}: pip install 'sorairo[train]'."
        ) from error
    except Exception as error:
        if not isinstance(error, MemoryError) and type(error).__name__ != "OutOfMemoryError":
            raise
        raise TrainingError(
            "Out of memory: make the batches smaller (objective.tokens of a model, objective.batch"
            " of another network). The same command continues the run."
        ) from error
    show(str(result))
