"""Extending a clip after its end or before its beginning. No torch."""

from __future__ import annotations

from sorairo.generation.tasks.context import known_beginning, known_ending, padding_of, size_for
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenSegment,
    single_prompt,
)
from sorairo.video import Clip
from sorairo.video.resampling import squeezed_aspect


def extend_forward(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """A canvas with the end of the clip, and `num_frames` generated frames after it."""
    size = size_for(clip, spec)
    given = known_ending(clip, spec, size)
    known = len(given.frames) - given.spare
    prompts, prompt_weights = single_prompt(prompt, known + num_frames)
    return CanvasLayout(
        spec=spec,
        num_frames=known + num_frames,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=prompt_weights,
        given=(given,),
        segments=(
            GivenSegment(clip=clip, edges=(None, known - 1)),
            GeneratedSegment(first=known, last=known + num_frames),
        ),
        padding_frames=padding_of(given.frames, spec),
        aspect=squeezed_aspect(clip, *size),
    )


def extend_backward(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """A canvas with the beginning of the clip, and `num_frames` generated frames before it."""
    size = size_for(clip, spec)
    given = known_beginning(clip, spec, size, num_frames)
    total = num_frames + len(given.frames)
    prompts, prompt_weights = single_prompt(prompt, total)
    return CanvasLayout(
        spec=spec,
        num_frames=total,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=prompt_weights,
        given=(given,),
        segments=(
            GeneratedSegment(first=0, last=num_frames),
            GivenSegment(clip=clip, edges=(num_frames, None)),
        ),
        padding_frames=-num_frames % spec.frames_per_latent_frame,
        aspect=squeezed_aspect(clip, *size),
    )
