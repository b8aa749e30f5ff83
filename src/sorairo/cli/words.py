"""`sorairo words`: the words that a model knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

import click

from sorairo.world import registry
from sorairo.world.protocol import WordGroup

SHOWN = 4  # of the words for one value, without --all


@click.command(
    epilog="""\b
    Examples:
      sorairo words
      sorairo words floor --all
      sorairo words --language zh --json"""
)
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option("--language", type=click.Choice(("en", "zh")), help="Only the words of one language.")
@click.option("--all", "everything", is_flag=True, help="All words that are read as others.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each value.")
@click.option("--model", default="tabletop", help="Name of the model, or a model directory.")
def words(
    kinds: tuple[str, ...], language: str | None, everything: bool, as_json: bool, model: str
) -> None:
    """List the words that a model draws, by KIND (shape, color, event, floor, ...).

    Each line is one thing that the model draws: the words that it was trained on, and after "also"
    words that are read as these.
    """
    from sorairo.errors import unknown_name
    from sorairo.models import hub

    info = hub.info(hub.find(model))
    groups = registry.language(info.world).words(info.trained_on)
    known = list(dict.fromkeys(group.kind for group in groups))
    for kind in kinds:
        if kind not in known:
            raise unknown_name("kind of words", kind, known)
    languages = (language,) if language else ("en", "zh")
    chosen = [group for group in groups if not kinds or group.kind in kinds]
    if as_json:
        for group in chosen:
            click.echo(json.dumps(_facts(group, languages), ensure_ascii=False))
        return
    for line in _lines(chosen, languages, None if everything else SHOWN):
        click.echo(line)


def _facts(group: WordGroup, languages: Iterable[str]) -> dict[str, object]:
    return {
        "kind": group.kind,
        "value": group.value,
        "written": {each: list(group.written[each]) for each in languages},
        "read": {each: list(group.read[each]) for each in languages},
    }


def _lines(
    groups: Iterable[WordGroup], languages: Iterable[str], most: int | None
) -> Iterable[str]:
    """The lines of a list; at most `most` words of each sort."""
    for kind, values in groupby(groups, key=lambda group: group.kind):
        yield f"{kind}:"
        for group in values:
            parts = []
            for language in languages:
                written = ", ".join(group.written[language][:most])
                also = ", ".join(group.read[language][:most])
                more = ", ..." if most and len(group.read[language]) > most else ""
                parts.append(f"{written} (also {also}{more})" if also else written)
            yield f"  {group.value + ':':<17}{' | '.join(parts)}"
