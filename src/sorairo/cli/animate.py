"""`sorairo animate`: pictures set in motion."""

from __future__ import annotations

from pathlib import Path

import click

from sorairo.cli.inputs import complete, read_inputs
from sorairo.cli.options import Common, common_options
from sorairo.cli.run_request import judge, make
from sorairo.errors import RequestError
from sorairo.generation.requests.animate import AnimateRequest

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".gif")
USUAL_SECONDS = 4.0


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
    help="A picture to be shown at T seconds, or at the `end`. Can be repeated.",
)
@click.option("--seconds", type=float, help="Length.  [default: 4, or until the last --at]")
@click.option(
    "--strength",
    type=float,
    default=1.0,
    help="How closely the pictures are shown: 1 exactly, less as a hint.  [default: 1]",
)
@common_options
def animate(
    image_and_prompt: tuple[str, ...],
    placed: tuple[str, ...],
    seconds: float | None,
    strength: float,
    common: Common,
) -> None:
    """Make a clip that begins with IMAGE, or shows pictures at their times, and does what PROMPT
    says.

    Without --size the clip has the shape of the first picture, as large as fits into the default.
    Without PROMPT it is that of the picture, if sorairo made it.
    """
    picture, prompt = _told_apart(image_and_prompt, any_placed=bool(placed))
    times = [_placed(each) for each in placed]
    if picture is not None:
        times.insert(0, (0.0, picture))
    if seconds is None:
        seconds = max([USUAL_SECONDS, *(at for at, _ in times if at is not None)])
    at = tuple(seconds if at is None else at for at, _ in times)
    strengths = (strength,) * len(at) if strength != 1 else ()
    request = AnimateRequest(
        prompt=prompt or "", seconds=seconds, at=at, strength=strengths, **common.asked
    )
    judge(request, common)
    inputs = read_inputs(AnimateRequest, *(path for _, path in times))
    make(complete(request, inputs, prompt, common), [each.clip for each in inputs], common)


def _told_apart(words: tuple[str, ...], *, any_placed: bool) -> tuple[Path | None, str | None]:
    """(IMAGE, PROMPT): with pictures placed by --at a single word may be either; it is the picture
    if there is such a file, or if it is called like one."""
    if len(words) > 2:
        raise click.UsageError("Write the prompt in quotes: animate takes a picture and a prompt.")
    if not words:
        if not any_placed:
            raise click.UsageError("Missing argument 'IMAGE': name a picture to set in motion.")
        return None, None
    first = Path(words[0])
    if len(words) == 1 and any_placed and first.suffix.lower() not in PICTURES:
        try:
            is_file = first.is_file()
        except OSError:  # too long for a name
            is_file = False
        if not is_file:
            return None, words[0]
    return first, words[1] if len(words) == 2 else None


def _placed(text: str) -> tuple[float | None, Path]:
    """(seconds, or None for the end, and the file) of "2.5=b.png"."""
    time, _, path = text.partition("=")
    try:
        at = None if time.strip().lower() == "end" else float(time)
    except ValueError:
        at, path = None, ""
    if not path:
        raise RequestError(
            f"'{text}' does not place a picture: write T=FILE, for example 2.5=b.png or end=b.png."
        )
    return at, Path(path)
