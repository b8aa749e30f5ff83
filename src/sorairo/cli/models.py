"""`sorairo models`: the models on this machine."""

from __future__ import annotations

import json

import click

from sorairo import config
from sorairo.cli.terminal import say


@click.group(
    epilog="""\b
    Examples:
      sorairo models list
      sorairo models info tabletop --json"""
)
def models() -> None:
    """Look at the models that are installed."""


@models.command(
    "list",
    epilog="""\b
    Example:
      sorairo models list --json""",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each model.")
def list_command(as_json: bool) -> None:
    """List the models by name."""
    from sorairo.models import hub

    found = hub.list_models()
    if not found:
        say("There is no model on this machine.")
    for info in found:
        record = config.to_json(info)
        click.echo(json.dumps(record, ensure_ascii=False) if as_json else record["name"])


@models.command(
    "info",
    epilog="""\b
    Example:
      sorairo models info tabletop""",
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info_command(name: str, as_json: bool) -> None:
    """Say what is known of the model NAME (or of a model directory)."""
    from sorairo.models import hub

    path = hub.find(name)
    info = next(each for each in hub.list_models() if each.path == path)
    record = config.to_json(info)
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    for key, value in record.items():
        click.echo(f"{key + ':':<16} {value}")
