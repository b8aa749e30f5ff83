"""`sorairo storyboard`: a clip of several shots from a TOML file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import read_input, with_inputs
from sorairo.cli.options import CommonOptions, remix_options, with_fast, with_size
from sorairo.cli.run_request import check, make


@click.command(
    epilog="""\b
    Example of a FILE:
      seconds = 6
      [[card]]
      prompt = "a red ball rolls to the left on the grass"
      [[card]]
      prompt = "the red ball drops onto the grass"
      picture = "ball.png"
    \b
    Example:
      sorairo storyboard story.toml --contact-sheet -o story.mp4"""
)
@click.argument("file", type=click.Path(path_type=Path))
@remix_options
def storyboard(file: Path, common: CommonOptions) -> None:
    """Make a clip of several shots from the cards in FILE.

    A card has a prompt, a picture, or a clip that is kept as it is. It begins with a cut; with
    cut = false it continues the card before it. Set its length with seconds, or with start and end;
    cards without a length share the remaining time equally. Command-line options override the file.
    The first clip sets the default size and frame rate; without clips, the first picture sets the
    aspect ratio.
    """
    from sorairo.generation.requests.storyboard.request import Storyboard
    from sorairo.generation.requests.storyboard.toml import read_storyboard

    board, files = read_storyboard(file, default_seed=common.fields["seed"])
    common = with_size(with_fast(common, said=board.said_of_sampling()))
    board = dataclasses.replace(board, **common.stated)
    check(board, common, *files)
    inputs = [
        read_input(file, max_side=Storyboard.largest_given, seconds=seconds)
        for file, seconds in zip(files, board.seconds_shown, strict=True)
    ]
    board = with_inputs(board, inputs, "", common)
    make(board, inputs, common)
