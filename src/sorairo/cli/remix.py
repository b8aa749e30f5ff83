"""`sorairo remix`: a finished clip made again from another prompt."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import find_again, read_input, read_inputs
from sorairo.cli.options import Common, text_options
from sorairo.cli.prompt_expansion import Expander
from sorairo.cli.run_request import judge, make
from sorairo.cli.size_defaults import as_asked
from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request


@click.command(
    epilog="""\b
    Examples:
      sorairo remix ball.mp4 "a blue ball drops onto a wooden floor"
      sorairo remix longer.mp4 "it rolls to the right" --input films/ball.mp4 -o right.mp4"""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("prompt")
@click.option(
    "--input",
    "elsewhere",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where a file lies that FILE was made from; else it is looked for beside FILE, then here.",
)
@text_options
def remix(file: Path, prompt: str, elsewhere: tuple[Path, ...], common: Common) -> None:
    """Make FILE again as it was made, seed, size and rate included, but from PROMPT.

    FILE is a clip or picture that sorairo made: its request lies in it. Options change the rest of
    that request.
    """
    old = _request_of(file)
    request = dataclasses.replace(old.reworded(prompt), **_changes(old, common))
    expander = common.expander or (Expander() if old.expanded else None)
    asked = {**common.asked, "model": request.model}
    common = dataclasses.replace(common, asked=asked, expander=expander)
    judge(request, common)
    inputs = read_inputs(type(request), *find_again(request.inputs, file, elsewhere))
    clips = [each.clip for each in inputs]
    make(as_asked(request, clips, common), clips, common)


def _request_of(file: Path) -> Request:
    request = read_input(file).request
    if request is None:
        raise RequestError(
            f"{file} holds no request of sorairo's: remix a clip as `sorairo generate` wrote it."
        )
    return request


def _changes(old: Request, common: Common) -> dict[str, object]:
    """What the options change, of what this kind of request has."""
    names = {field.name for field in dataclasses.fields(old)}
    return {name: value for name, value in common.asked.items() if name in names}
