"""`sorairo edit`: a clip changed by a prompt."""

from __future__ import annotations

from pathlib import Path

import click

from sorairo.cli.animate import PICTURES
from sorairo.cli.inputs import read_inputs, with_inputs
from sorairo.cli.options import CommonOptions, common_options, not_none
from sorairo.cli.run_request import check, make
from sorairo.generation.requests.edit import EditRequest


@click.command(
    epilog="""\b
    Examples:
      sorairo edit ball.mp4 "a blue ball drops onto sand" --strength 0.7
      sorairo edit ball.mp4 "a green cube" --region 50%,25%,50%,75% --strength 1
      sorairo edit ball.mp4 "the ball rolls away" --region mask.png --from 1 --to 2.5"""
)
@click.argument("clip", type=click.Path(path_type=Path))
@click.argument("prompt")
@click.option(
    "--strength",
    type=float,
    help="How much to change: 0 keeps everything, 1 keeps nothing.  [default: 0.6]",
)
@click.option(
    "--region",
    metavar="X,Y,W,H|FILE",
    help="Change only this part of the picture: left, top, width and height in pixels or percent"
    " (25%,0%,50%,100%), or a mask picture that is white where the clip may change.",
)
@click.option("--from", "start", type=float, help="Start of the change in seconds.  [default: 0]")
@click.option(
    "--to", "end", type=float, help="End of the change in seconds.  [default: the end of the clip]"
)
@common_options
def edit(
    clip: Path,
    prompt: str,
    strength: float | None,
    region: str | None,
    start: float | None,
    end: float | None,
    common: CommonOptions,
) -> None:
    """Change CLIP (or a picture) so that it shows PROMPT, and keep the rest.

    Pixels outside --region and frames outside --from and --to are not changed. These times are
    widened to whole latent frames (a third of a second with tabletop).
    """
    mask = _mask(region)
    fields = not_none(strength=strength, start=start, end=end) | common.fields
    fields |= not_none(region=region if mask is None else None)
    request = EditRequest(prompt=prompt, **fields)
    paths = [clip, *([mask] if mask else [])]
    check(request, common, *paths)
    inputs = read_inputs(EditRequest, *paths)
    make(with_inputs(request, inputs, prompt, common), inputs, common)


def _mask(region: str | None) -> Path | None:
    """The mask picture that `region` names; None for a rectangle."""
    if region is None or Path(region).suffix.lower() not in PICTURES:
        return None
    return Path(region)
