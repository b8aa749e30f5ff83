"""`sorairo models`: the installed models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.model_info import directory_facts, entry_facts, info_command
from sorairo.cli.model_pull import pull_command, remove_command
from sorairo.cli.results import size_text

if TYPE_CHECKING:
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


models.add_command(info_command)
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
    from sorairo.models.lora.choices import lora_names
    from sorairo.models.pull.catalogue import CATALOGUE
    from sorairo.models.pull.few_step_loras import FEW_STEP_LORAS

    found = [directory_facts(info) for info in hub.list_models(on_problem=say)]
    if not found:
        say("No model is installed.")
    for facts in found:
        show_json(facts) if as_json else show(_line(facts))
    installed = {*(facts["name"] for facts in found), *lora_names()}
    for entry in (*CATALOGUE, *FEW_STEP_LORAS) if everything else ():
        if entry.name not in installed:
            show_json(entry_facts(entry)) if as_json else show(_entry_line(entry))


def _entry_line(entry: CatalogueEntry) -> str:
    return f"{entry.name:<17} not installed; {entry.summary} ({entry.licence})"


def _line(facts: dict[str, Any]) -> str:
    sizes = ", ".join(size_text(size) for size in facts["native_sizes"])
    return (
        f"{facts['name']:<17} {sizes}; {facts['fps']:g} fps,"
        f" up to {facts['max_seconds']:g} s; {facts['megabytes']:g} MB"
    )
