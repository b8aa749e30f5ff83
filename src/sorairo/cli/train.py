"""`sorairo train`: from a recipe to weights."""

from __future__ import annotations

import click

from sorairo.errors import MissingExtraError


@click.command(
    epilog="""\b
    Example:
      sorairo train tabletop-codec loop.steps=2000""",
)
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[FIELD.PATH=VALUE]...")
def train(recipe: str, overrides: tuple[str, ...]) -> None:
    """Run the training RECIPE, with some of its fields set to other values.

    A run that was stopped goes on where it was. Prints where the result lies.
    """
    from sorairo import training

    try:
        result = training.main(recipe, list(overrides))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("mujoco", "tensorboard"):
            raise
        raise MissingExtraError(
            f"Training needs {error.name}: pip install 'sorairo[train]'."
        ) from error
    click.echo(result)
