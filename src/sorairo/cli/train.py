"""`sorairo train`: from a recipe to weights."""

from __future__ import annotations

import click


@click.command(
    epilog="""\b
    Example:
      sorairo train tabletop-codec train.steps=2000""",
)
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[FIELD.PATH=VALUE]...")
def train(recipe: str, overrides: tuple[str, ...]) -> None:
    """Run the training RECIPE, with some of its fields set to other values.

    A run that was stopped goes on where it was.
    """
    from sorairo import training

    training.main(recipe, list(overrides))
