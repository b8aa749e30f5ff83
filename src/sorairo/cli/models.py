"""`sorairo models`: the installed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.model_pull import pull_command, remove_command

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory
    from sorairo.models.pull.catalogue import CatalogueEntry


@click.group(
    epilog="""\b
    Examples:
      sorairo models list --all
      sorairo models pull wan2.2-5b
      sorairo models info tabletop --json"""
)
def models() -> None:
    """List and fetch models, and show their details."""


models.add_command(pull_command)
models.add_command(remove_command)


@models.command(
    "list",
    epilog="""\b
    Example:
      sorairo models list --json""",
)
@click.option("--all", "everything", is_flag=True, help="Also list the models that can be fetched.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each model.")
def list_command(everything: bool, as_json: bool) -> None:
    """List the installed models."""
    from sorairo.models import hub
    from sorairo.models.pull.catalogue import CATALOGUE

    found = [_facts(info) for info in hub.list_models(on_problem=say)]
    if not found:
        say("No model is installed.")
    for facts in found:
        show_json(facts) if as_json else show(_line(facts))
    installed = {facts["name"] for facts in found}
    for entry in CATALOGUE if everything else ():
        if entry.name not in installed:
            show_json(_entry_facts(entry)) if as_json else show(_entry_line(entry))


@models.command(
    "info",
    epilog="""\b
    Example:
      sorairo models info tabletop""",
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info_command(name: str, as_json: bool) -> None:
    """Show the details of the model NAME (or of a model directory)."""
    from sorairo.models import hub

    facts = _facts(hub.info(hub.find(name)))
    if as_json:
        show_json(facts)
        return
    facts["native_sizes"] = ", ".join(_size(size) for size in facts["native_sizes"])
    facts["delivered_size"] = _size(facts["delivered_size"])
    facts["trained_for"] = ", ".join(facts["trained_for"])
    for key, value in facts.items():
        if value == "":
            continue
        show(f"{key.replace('_', ' ') + ':':<15} {value}")


def _facts(info: ModelDirectory) -> dict[str, Any]:
    facts = info.facts
    return {
        "name": info.name,
        "path": str(info.path),
        "megabytes": round(info.bytes / 1e6, 1),
        "digest": info.digest,
        "native_sizes": [list(size) for size in facts.native_sizes],
        "fps": facts.fps,
        "delivered_size": info.delivery.size or list(facts.native_sizes[0]),
        "delivered_fps": info.delivery.fps or facts.fps,
        "max_frames": facts.max_frames,
        "max_seconds": round(facts.max_frames / facts.fps, 2),
        "steps": facts.sampling.steps,
        "guidance": facts.sampling.guidance,
        "licence": facts.licence,
        "trained_for": list(facts.trained_for),
        "version": facts.version,
        "notes": facts.notes,
    }


def _entry_facts(entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "installed": False,
        "summary": entry.summary,
        "licence": entry.licence,
        "files": [{"repo": each.repo, "path": each.path} for each in entry.files],
    }


def _entry_line(entry: CatalogueEntry) -> str:
    return f"{entry.name:<17} not installed; {entry.summary} ({entry.licence})"


def _line(facts: dict[str, Any]) -> str:
    sizes = ", ".join(_size(size) for size in facts["native_sizes"])
    return (
        f"{facts['name']:<17} {sizes}; {facts['fps']:g} fps,"
        f" up to {facts['max_seconds']:g} s; {facts['megabytes']:g} MB"
    )


def _size(size: Sequence[int]) -> str:
    return f"{size[0]}x{size[1]}"
