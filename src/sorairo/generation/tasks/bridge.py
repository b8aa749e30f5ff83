"""Bridges: generated frames from the end of one clip to the beginning of another one, or to the
beginning of the same clip, which makes it a loop. No torch."""

from __future__ import annotations

from sorairo.generation.tasks.context import beginning, ending, padding_of, shaped, size_for
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenFrames,
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
    left = ending(before, spec, size)
    right = beginning(shaped(after, before), spec, size)
    start = len(left)
    end = start + max(1, round(num_frames / length)) * length
    total = end + len(right)
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
        given=(GivenFrames(first=0, frames=left), GivenFrames(first=end, frames=right)),
        segments=segments,
        padding_frames=padding_of(left, spec),
        aspect=squeezed_aspect(before, *size),
    )
