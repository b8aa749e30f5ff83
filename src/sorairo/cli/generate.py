"""`sorairo generate` and `sorairo image`: from a sentence."""

from __future__ import annotations

import click

from sorairo.cli.options import Common, given, picture_options, text_options
from sorairo.cli.run_request import make
from sorairo.cli.size_defaults import as_asked, as_usual
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest


@click.command(
    epilog="""\b
    Examples:
      sorairo generate "a red ball drops onto a wooden floor"
      sorairo generate "一个蓝色的方块滑过沙地" --seed 3 --size 256x256 -o slide.mp4
      sorairo generate "a green cube turns on a turntable" --loop --style oil --gif"""
)
@click.argument("prompt")
@click.option("--seconds", type=float, help="Length; short enough: a picture.  [default: 4]")
@click.option("--loop", is_flag=True, help="Its last frame is followed by its first.")
@text_options
def generate(prompt: str, seconds: float | None, loop: bool, common: Common) -> None:
    """Make a clip of what PROMPT says, in English or Chinese.

    With --n 3 the clips get the seeds SEED, SEED+1 and SEED+2. A clip that loops lasts whole groups
    of frames: a third of a second each, at the model's own rate.
    """
    usual = common.model.delivery.fps or common.limits.native_fps
    fields = {"fps": usual, **given(seconds=seconds), **common.asked}
    request = GenerateRequest(prompt=prompt, loop=loop, **fields)
    make(as_usual(request, [], common), [], common)


@click.command(
    epilog="""\b
    Examples:
      sorairo image "a red ball on a wooden floor"
      sorairo image "a yellow cone on marble at night" --size 1024x768 --style pencil -o cone.png"""
)
@click.argument("prompt")
@picture_options
def image(prompt: str, common: Common) -> None:
    """Make a picture of what PROMPT says, from 64x64 up to 2048x2048; 512x512 without --size."""
    make(as_asked(ImageRequest(prompt=prompt, **common.asked), [], common), [], common)
