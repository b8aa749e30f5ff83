"""`sorairo extend`, `loop` and `connect`: a clip made longer, looped, or joined to another."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import read_inputs, with_inputs
from sorairo.cli.options import CommonOptions, common_options, not_none
from sorairo.cli.run_request import check, make, make_from_clip
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.extend import ExtendRequest

_FILE = click.Path(path_type=Path)


@click.command(
    epilog="""\b
    Examples:
      sorairo extend ball.mp4 --forward 4
      sorairo extend ball.mp4 "it rolls to the left" --forward 3 --n 4
      sorairo extend ball.mp4 --backward 2 --forward 2 -o longer.mp4
      sorairo extend ball.mp4 --to 1.5 --forward 4"""
)
@click.argument("clip", type=_FILE)
@click.argument("prompt", required=False)
@click.option("--forward", type=float, help="Seconds to add at the end.")
@click.option("--backward", type=float, help="Seconds to add at the beginning.")
@click.option(
    "--from", "start", type=float, help="Where the part of CLIP that stays begins.  [default: 0]"
)
@click.option(
    "--to", "end", type=float, help="Where it ends, in seconds.  [default: the end of the clip]"
)
@common_options
def extend(
    clip: Path,
    prompt: str | None,
    forward: float | None,
    backward: float | None,
    start: float | None,
    end: float | None,
    common: CommonOptions,
) -> None:
    """Make CLIP longer, at its end, its beginning or both.

    PROMPT says what happens in the added part. Without PROMPT, the prompt stored in the clip is
    used, if sorairo made it. With --n 4, you get four different continuations.
    """
    fields = not_none(forward=forward, backward=backward, start=start, end=end) | common.fields
    make_from_clip(ExtendRequest(prompt=prompt or "", **fields), clip, prompt, common)


@click.command(
    epilog="""\b
    Examples:
      sorairo loop ball.mp4
      sorairo loop ball.mp4 "it rolls back" --seconds 3 --gif"""
)
@click.argument("clip", type=_FILE)
@click.argument("prompt", required=False)
@click.option("--seconds", type=float, help="Length of the bridge in seconds.  [default: 2]")
@common_options
def loop(clip: Path, prompt: str | None, seconds: float | None, common: CommonOptions) -> None:
    """Make CLIP loop without a visible seam, with a bridge from its end to its beginning.

    PROMPT says what happens in the bridge. Without PROMPT, the prompt stored in the clip is used,
    if sorairo made it.
    """
    fields = not_none(seconds=seconds) | common.fields
    make_from_clip(LoopRequest(prompt=prompt or "", **fields), clip, prompt, common)


@click.command(
    epilog="""\b
    Examples:
      sorairo connect a.mp4 b.mp4
      sorairo connect a.mp4 b.mp4 "a red ball turns blue" --seconds 3 -o both.mp4
      sorairo connect a.mp4 b.mp4 --prompt-a "a red ball" --prompt-b "a blue ball" """
)
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.argument("prompt", required=False)
@click.option("--prompt-a", help="What A shows.  [default: PROMPT, else the prompt stored in A]")
@click.option("--prompt-b", help="What B shows.  [default: PROMPT, else the prompt stored in B]")
@click.option("--seconds", type=float, help="Length of the bridge in seconds.  [default: 2]")
@click.option(
    "--curve",
    metavar="V,V,...",
    help="How much B's prompt counts over the bridge: numbers from 0 to 1 at equal distances, for"
    " example 0,0.1,1.  [default: 0,1]",
)
@common_options
def connect(
    a: Path,
    b: Path,
    prompt: str | None,
    prompt_a: str | None,
    prompt_b: str | None,
    seconds: float | None,
    curve: str | None,
    common: CommonOptions,
) -> None:
    """Join A and B into one clip, with a bridge between them.

    Over the bridge the prompt changes gradually from A's to B's. The result has A's size and frame
    rate.
    """
    given = {"prompt_a": prompt_a, "prompt_b": prompt_b, "curve": _curve(curve)}
    fields = not_none(seconds=seconds, **given) | common.fields
    request = ConnectRequest(prompt=prompt or "", **fields)
    check(request, common, a, b)
    inputs = read_inputs(ConnectRequest, a, b)
    if prompt is None:
        before, after = (each.scene for each in inputs)
        request = dataclasses.replace(
            request,
            prompt_a=before if prompt_a is None else prompt_a,
            prompt_b=after if prompt_b is None else prompt_b,
        )
    request = with_inputs(request, inputs, prompt or "", common)
    make(request, inputs, common)


def _curve(values: str | None) -> tuple[float, ...] | None:
    """The numbers of a curve. Raises UsageError."""
    try:
        return None if values is None else tuple(map(float, values.split(",")))
    except ValueError:
        raise click.UsageError(
            f"A curve is numbers from 0 to 1 with commas, for example 0,0.1,1, not '{values}'."
        ) from None
