"""`sorairo storyboard`: a clip from cards in a TOML file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import complete, read_inputs
from sorairo.cli.options import Common, text_options
from sorairo.cli.run_request import judge, make


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
@text_options
def storyboard(file: Path, common: Common) -> None:
    """Make a clip of the cards in FILE, one after the other.

    Each card has a prompt, a picture or a clip (kept as it is), and begins with a cut, or with
    cut = false goes on where the card before it ends. A card says how long it lasts (seconds), when
    it is shown (start, end), or has its part of the seconds of all. Options come before what the
    file says. Of pictures the first gives the clip its shape, of clips the first its size and rate.
    """
    from sorairo.generation.requests.storyboard import Storyboard
    from sorairo.generation.requests.storyboard_toml import read_storyboard

    board, files = read_storyboard(file)
    board = dataclasses.replace(board, **common.asked)
    judge(board, common)
    inputs = read_inputs(Storyboard, *files)
    board = complete(board, inputs, "", common)
    make(board, [each.clip for each in inputs], common)
