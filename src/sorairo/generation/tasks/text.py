"""Text to video: a canvas on which nothing is given, with two ends or cyclic in time. No torch."""

from __future__ import annotations

from sorairo.generation.tasks.context import Size
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    single_prompt,
)


def text_to_video(
    prompt: str, *, spec: CanvasSpec, size: Size, num_frames: int, cyclic: bool = False
) -> CanvasLayout:
    """A canvas of `num_frames` frames, all of them generated; one frame is a picture.

    On a `cyclic` canvas the first frame follows the last one. It has whole latent frames only, so
    `num_frames` is rounded to a multiple of their length, at least two of them.
    """
    if cyclic:
        length = spec.frames_per_latent_frame
        num_frames = max(2, round(num_frames / length)) * length
    prompts, prompt_weights = single_prompt(prompt, num_frames)
    return CanvasLayout(
        spec=spec,
        num_frames=num_frames,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=prompt_weights,
        segments=(GeneratedSegment(first=0, last=num_frames),),
        padding_frames=0 if cyclic else spec.frames_per_latent_frame - 1,
        cyclic=cyclic,
    )
