"""`sorairo edit`: a clip changed by words."""

from __future__ import annotations

from pathlib import Path

import click

from sorairo.cli.inputs import complete, read_inputs
from sorairo.cli.options import Common, common_options, given
from sorairo.cli.run_request import judge, make
from sorairo.generation.requests.edit import EditRequest

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


@click.command(
    epilog="""\b
    Examples:
      sorairo edit ball.mp4 "a blue ball drops onto sand" --strength 0.7
      sorairo edit ball.mp4 "a green cube" --region 50%,25%,50%,75% --strength 1
      sorairo edit ball.mp4 "the ball rolls away" --region mask.png --from 1 --to 2.5"""
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.argument("prompt")
@click.option("--strength", type=float, help="0 keeps all, 1 keeps nothing.  [default: 0.6]")
@click.option(
    "--region",
    metavar="X,Y,W,H|FILE",
    help="Change only this part of the picture: left, top, width and height in pixels, or each in"
    " percent (25%,0%,50%,100%); or a mask of the clip's shape, white where it is changed.",
)
@click.option("--from", "start", type=float, help="Change from here on, in seconds.  [default: 0]")
@click.option("--to", "end", type=float, help="Change until here, in seconds.  [default: the end]")
@common_options
def edit(
    clip: Path,
    prompt: str,
    strength: float | None,
    region: str | None,
    start: float | None,
    end: float | None,
    common: Common,
) -> None:
    """Change CLIP (or a picture) to what PROMPT says; all else stays as it was.

    Pixels outside of the region and frames outside of the time are the clip's own. Times are
    widened to whole groups of frames, a third of a second each, at the model's own rate.
    """
    mask = _mask(region)
    asked = given(strength=strength, start=start, end=end) | common.asked
    asked |= given(region=region if mask is None else None)
    request = EditRequest(prompt=prompt, **asked)
    judge(request, common)
    inputs = read_inputs(EditRequest, *[clip, *([mask] if mask else [])])
    make(complete(request, inputs, prompt, common), [each.clip for each in inputs], common)


def _mask(region: str | None) -> Path | None:
    """The picture that the region is the name of; None for a rectangle."""
    if region is None or Path(region).suffix.lower() not in PICTURES:
        return None
    return Path(region)
