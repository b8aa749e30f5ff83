"""Training: recipes, objectives, optimiser, state, loop."""

from __future__ import annotations


def main(name: str, overrides: list[str]) -> str:
    """Runs a recipe with overrides such as `loop.steps=100`; returns where its result lies."""
    from sorairo.training import run

    return str(run.main(name, overrides))
