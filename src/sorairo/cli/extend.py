"""`sorairo extend`, `loop` and `connect`: clips made longer, endless, and one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from sorairo.cli.inputs import complete, read_inputs
from sorairo.cli.options import Common, common_options, given
from sorairo.cli.run_request import judge, make
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.extend import ExtendRequest

_FILE = click.Path(path_type=Path)


@click.command(
    epilog="""\b
    Examples:
      sorairo extend ball.mp4 --forward 4
      sorairo extend ball.mp4 "it rolls to the left" --forward 3 --n 4
      sorairo extend ball.mp4 --backward 2 --forward 2 -o longer.mp4"""
)
@click.argument("clip", type=_FILE)
@click.argument("prompt", required=False)
@click.option("--forward", type=float, help="Seconds to add after the end.")
@click.option("--backward", type=float, help="Seconds to add before the beginning.")
@common_options
def extend(
    clip: Path, prompt: str | None, forward: float | None, backward: float | None, common: Common
) -> None:
    """Make CLIP longer, at either end or both; PROMPT says what is added.

    With --n 4 there are four endings, or beginnings. Without PROMPT it is that of the clip, if
    sorairo made it.
    """
    asked = given(forward=forward, backward=backward) | common.asked
    _make_from(ExtendRequest(prompt=prompt or "", **asked), clip, prompt, common)


@click.command(
    epilog="""\b
    Examples:
      sorairo loop ball.mp4
      sorairo loop ball.mp4 "it rolls back" --seconds 3 --gif"""
)
@click.argument("clip", type=_FILE)
@click.argument("prompt", required=False)
@click.option("--seconds", type=float, help="Length of what is added.  [default: 2]")
@common_options
def loop(clip: Path, prompt: str | None, seconds: float | None, common: Common) -> None:
    """Make CLIP play for ever: a bridge leads from its end to its beginning.

    Without PROMPT it is that of the clip, if sorairo made it.
    """
    asked = given(seconds=seconds) | common.asked
    _make_from(LoopRequest(prompt=prompt or "", **asked), clip, prompt, common)


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
@click.option("--prompt-a", help="What the first clip shows.  [default: PROMPT, or its own]")
@click.option("--prompt-b", help="What the second clip shows.  [default: PROMPT, or its own]")
@click.option("--seconds", type=float, help="Length of what is between.  [default: 2]")
@common_options
def connect(
    a: Path,
    b: Path,
    prompt: str | None,
    prompt_a: str | None,
    prompt_b: str | None,
    seconds: float | None,
    common: Common,
) -> None:
    """Make one clip of A and B, with a bridge between them that leads from one to the other.

    The text fades over the bridge from that of A to that of B. The result has A's size and rate.
    """
    asked = given(prompt_a=prompt_a, prompt_b=prompt_b, seconds=seconds) | common.asked
    request = ConnectRequest(prompt=prompt or "", **asked)
    judge(request, common)
    inputs = read_inputs(ConnectRequest, a, b)
    if prompt is None:
        before, after = (each.scene for each in inputs)
        request = dataclasses.replace(
            request,
            prompt_a=before if prompt_a is None else prompt_a,
            prompt_b=after if prompt_b is None else prompt_b,
        )
    request = complete(request, inputs, prompt or "", common)
    make(request, [each.clip for each in inputs], common)


def _make_from(request: Request, clip: Path, prompt: str | None, common: Common) -> None:
    """What is made of one clip."""
    judge(request, common)
    inputs = read_inputs(type(request), clip)
    make(complete(request, inputs, prompt, common), [inputs[0].clip], common)
