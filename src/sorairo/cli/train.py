"""`sorairo train`: from a recipe to weights."""

from __future__ import annotations

import click


@click.command(
    epilog="""\b
    Example:
      sorairo train tabletop-codec loop.steps=2000""",
)
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[FIELD.PATH=VALUE]...")
def train(recipe: str, overrides: tuple[str, ...]) -> None:
    """Run the training RECIPE, with some of its fields set to other values.

    A run that was stopped goes on where it was. Where its result lies is printed at the end.
    """
    from sorairo import training

    click.echo(training.main(recipe, list(overrides)))
