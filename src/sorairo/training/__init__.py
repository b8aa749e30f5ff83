"""Training: recipes, networks, objectives, data and the loop. May import all but the exam, the
server and the command line."""

from __future__ import annotations


def main(name: str, overrides: list[str]) -> str:
    """Runs a recipe with overrides such as `loop.steps=100`; returns the path of its result."""
    from sorairo.training import run

    return str(run.main(name, overrides))


def current_name(name: str) -> str:
    """The name that a recipe has now, from a former one."""
    from sorairo.training.recipes import registry

    return registry.current_name(name)
