"""`sorairo remix`: a clip made again from another prompt."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import locate_inputs, read_input, read_inputs
from sorairo.cli.options import CommonOptions, remix_options, with_fast, with_size
from sorairo.cli.prompt_expansion import Expander
from sorairo.cli.run_request import check, make
from sorairo.cli.size_defaults import with_native
from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request

_FIRST = 0.1  # seconds: the request is all that is read of the file


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
    help="A file that FILE was made from. Repeatable."
    "  [default: searched for beside FILE, then in the current folder]",
)
@remix_options
def remix(file: Path, prompt: str, elsewhere: tuple[Path, ...], common: CommonOptions) -> None:
    """Make FILE again from PROMPT, with its old seed, size, frame rate and settings.

    FILE is a clip or picture that sorairo made and stored its request in. Options override the
    stored settings.
    """
    old = _request_of(file)
    common = _of_model(old, common)
    request = dataclasses.replace(old.reworded(prompt), **_changes(old, common))
    expander = common.expander or (Expander() if old.expanded else None)
    common = dataclasses.replace(common, expander=expander)
    check(request, common, file)
    inputs = read_inputs(type(request), *locate_inputs(request.inputs, file, elsewhere))
    clips = [each.clip for each in inputs]
    make(with_native(request, clips, common), inputs, common, file)


def _request_of(file: Path) -> Request:
    from sorairo.generation.requests.metadata import is_cut

    found = read_input(file, seconds=_FIRST)
    if found.request is None:
        raise RequestError(
            f"{file} has no sorairo request stored in it: remix a file that sorairo wrote."
        )
    if is_cut(found.clip):
        raise RequestError(
            f"{file} was cut from other clips, and no request makes it again: use `sorairo edit`,"
            " or remix those."
        )
    return found.request


def _of_model(old: Request, common: CommonOptions) -> CommonOptions:
    """The options for the model of the clip, with what they make of its LoRAs, and a size within
    its own."""
    fields = {"model": old.model, **common.fields}
    return with_size(with_fast(dataclasses.replace(common, fields=fields), old.loras))


def _changes(old: Request, common: CommonOptions) -> dict[str, object]:
    """The options that set a field of this type of request."""
    names = {field.name for field in dataclasses.fields(old)}
    return {name: value for name, value in common.stated.items() if name in names}
