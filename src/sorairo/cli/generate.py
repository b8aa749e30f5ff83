"""`sorairo generate` and `sorairo image`: a clip or a picture from text."""

from __future__ import annotations

import click

from sorairo.cli.options import CommonOptions, picture_options, text_options
from sorairo.cli.prompt_input import prompt_of
from sorairo.cli.run_request import make
from sorairo.cli.size_defaults import default_rate, with_native, with_size_and_rate
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest
from sorairo.generation.requests.limits import default_seconds


@click.command(
    epilog="""\b
    Examples:
      sorairo generate "a red ball drops onto a wooden floor"
      sorairo generate "一个蓝色的方块滑过沙地" --seed 3 --size 256x256 -o slide.mp4
      sorairo generate "a green cube turns on a turntable" --loop --style oil --gif"""
)
@click.argument("prompt", nargs=-1, required=True, metavar="PROMPT")
@click.option(
    "--seconds",
    type=float,
    help="Length in seconds. A single frame is saved as PNG.  [default: 4]",
)
@click.option("--loop", is_flag=True, help="Make a clip that loops without a visible seam.")
@text_options
def generate(
    prompt: tuple[str, ...], seconds: float | None, loop: bool, common: CommonOptions
) -> None:
    """Make a clip from PROMPT, in English or Chinese.

    PROMPT may be - : then it is read from stdin. With --n 3, the clips use the seeds SEED, SEED+1
    and SEED+2. With --loop, the length is rounded to whole latent frames (a third of a second with
    tabletop).
    """
    seconds = default_seconds(common.limits) if seconds is None else seconds
    fields = {"seconds": seconds, "fps": default_rate(common), **common.fields}
    request = GenerateRequest(prompt=prompt_of(prompt), loop=loop, **fields)
    make(with_size_and_rate(request, [], common), [], common)


@click.command(
    epilog="""\b
    Examples:
      sorairo image "a red ball on a wooden floor"
      sorairo image "a yellow cylinder on marble at night" --size 1024x768 -o can.png"""
)
@click.argument("prompt", nargs=-1, required=True, metavar="PROMPT")
@picture_options
def image(prompt: tuple[str, ...], common: CommonOptions) -> None:
    """Make a picture from PROMPT, in English or Chinese.

    PROMPT may be - : then it is read from stdin.
    """
    make(
        with_native(ImageRequest(prompt=prompt_of(prompt), **common.fields), [], common), [], common
    )
