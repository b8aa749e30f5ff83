"""Bridges: generated frames from the end of one clip to the beginning of another one, or to the
beginning of the same clip, which makes it a loop. No torch."""

from __future__ import annotations

from dataclasses import replace

from sorairo.generation.tasks.context import (
    known_beginning,
    known_ending,
    padding_of,
    shaped,
    size_for,
)
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenSegment,
    crossfade_weights,
)
from sorairo.video import Clip
from sorairo.video.resampling import squeezed_aspect


def connect(
    before: Clip,
    after: Clip,
    prompts: tuple[str, str],
    *,
    spec: CanvasSpec,
    num_frames: int,
    curve: tuple[float, ...] = (),
) -> CanvasLayout:
    """One clip, a bridge, another clip. The prompts of the two cross-fade over the bridge, evenly
    or by a `curve`. It has whole latent frames: `num_frames` is rounded to a multiple of their
    length."""
    return _bridge(before, after, prompts, spec, num_frames, curve=curve)


def loop(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """A clip and a bridge from its end to its own beginning, of whole latent frames."""
    return _bridge(clip, clip, (prompt, prompt), spec, num_frames, loop=True)


def _bridge(
    before: Clip,
    after: Clip,
    prompts: tuple[str, str],
    spec: CanvasSpec,
    num_frames: int,
    *,
    loop: bool = False,
    curve: tuple[float, ...] = (),
) -> CanvasLayout:
    size, length = size_for(before, spec), spec.frames_per_latent_frame
    left, fitted = known_ending(before, spec, size), shaped(after, before)
    if fitted is not after or size_for(after, spec) != size:
        # they show other parts of its pictures
        fitted, after = replace(fitted, latents=None), replace(after, latents=None)
    start = len(left.frames) - left.spare
    end = len(left.frames) + max(1, round((num_frames - left.spare) / length)) * length
    right = known_beginning(fitted, spec, size, end)
    total = end + len(right.frames)
    bridge = GeneratedSegment(first=start, last=end)
    if loop:
        segments = (GivenSegment(clip=before, edges=(end, start - 1)), bridge)
    else:
        first = GivenSegment(clip=before, edges=(None, start - 1))
        segments = (first, bridge, GivenSegment(clip=after, edges=(end, None)))
    return CanvasLayout(
        spec=spec,
        num_frames=total,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=crossfade_weights(prompts, total, start, end, curve),
        given=(left, right),
        segments=segments,
        padding_frames=padding_of(left.frames, spec),
        aspect=squeezed_aspect(before, *size),
    )
