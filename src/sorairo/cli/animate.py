"""`sorairo animate`: a clip from pictures."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sorairo.cli.inputs import read_inputs, with_inputs
from sorairo.cli.options import CommonOptions, common_options
from sorairo.cli.run_request import check, make
from sorairo.errors import RequestError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.limits import default_seconds

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".gif")


@click.command(
    epilog="""\b
    Examples:
      sorairo animate ball.png "the ball rolls to the left"
      sorairo animate a.png "it falls over" --at 2.5=b.png --at end=c.png --seconds 5
      sorairo animate --at 0=first.png --at 4=last.png
      sorairo animate mood.png "a green ball rolls to the right" --strength 0.6"""
)
@click.argument("image_and_prompt", nargs=-1, metavar="[IMAGE] [PROMPT]")
@click.option(
    "--at",
    "placed",
    multiple=True,
    metavar="T=FILE",
    help="Show the picture FILE at T seconds, or at the `end`. Repeatable.",
)
@click.option(
    "--seconds", type=float, help="Length in seconds.  [default: 4, or the last --at if later]"
)
@click.option(
    "--strength",
    type=float,
    default=1.0,
    help="How closely to show the pictures: 1 is exactly, less takes them as hints.  [default: 1]",
)
@common_options
def animate(
    image_and_prompt: tuple[str, ...],
    placed: tuple[str, ...],
    seconds: float | None,
    strength: float,
    common: CommonOptions,
) -> None:
    """Set IMAGE in motion: make a clip that begins with it. --at adds pictures at other times.

    PROMPT says what happens. Without PROMPT, the prompt stored in the picture is used, if sorairo
    made it. Without --size, the clip has the aspect ratio of the first picture and fits into the
    model's default size.
    """
    picture, prompt = _image_and_prompt(image_and_prompt, any_placed=bool(placed))
    times = [_placed(each) for each in placed]
    if picture is not None:
        times.insert(0, (0.0, picture))
    if seconds is None:
        seconds = max([default_seconds(common.limits), *(at for at, _ in times if at is not None)])
    at = tuple(seconds if at is None else at for at, _ in times)
    strengths = (strength,) * len(at) if strength != 1 else ()
    request = AnimateRequest(
        prompt=prompt or "", seconds=seconds, at=at, strength=strengths, **common.fields
    )
    paths = [path for _, path in times]
    check(request, common, *paths)
    inputs = read_inputs(AnimateRequest, *paths)
    make(with_inputs(request, inputs, prompt, common), inputs, common)


def _image_and_prompt(
    words: tuple[str, ...], *, any_placed: bool
) -> tuple[Path | None, str | None]:
    """(IMAGE, PROMPT). With --at, a single argument may be either: it is IMAGE if such a file
    exists or if it has the suffix of a picture."""
    if len(words) > 2:
        raise click.UsageError(
            "Write the prompt in quotes: animate takes one picture and one prompt."
        )
    if not words:
        if not any_placed:
            raise click.UsageError("Missing argument 'IMAGE': name a picture to animate.")
        return None, None
    first = Path(words[0])
    may_be_prompt = len(words) == 1 and any_placed and first.suffix.lower() not in PICTURES
    if may_be_prompt and not os.path.isfile(first):
        return None, words[0]
    return first, words[1] if len(words) == 2 else None


def _placed(text: str) -> tuple[float | None, Path]:
    """("2.5=b.png") -> (2.5, Path("b.png")). The time is None for the end."""
    time, _, path = text.partition("=")
    try:
        at = None if time.strip().lower() == "end" else float(time)
    except ValueError:
        at, path = None, ""
    if not path:
        raise RequestError(
            f"--at {text} is not valid: write T=FILE, for example 2.5=b.png or end=b.png."
        )
    return at, Path(path)
