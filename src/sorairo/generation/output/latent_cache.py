"""The latents of a result's two ends, kept so that extending it need not encode them again."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from sorairo.generation.tasks.context import CONTEXT
from sorairo.generation.tasks.layout import CanvasLayout, GeneratedSegment, GivenSegment
from sorairo.video import Clip
from sorairo.video.latent_sidecar import Latents


def end_latents(layout: CanvasLayout, latents: Tensor, model: str) -> Latents:
    """The latents at the ends of the result of a layout with latents [c, f, h, w]; `model` is the
    digest of the model that they belong to.

    An end that is a given clip has the latents that were kept with that clip. The first latent
    frame of a new clip holds copies of its first frame and does not fit a longer clip, so a new
    clip has no head. A loop has none either: it begins in the middle of a latent frame (see
    `assemble`).
    """
    if layout.cyclic:
        tail = _array(latents.roll(-1, dims=1)[:, -CONTEXT:])
        return Latents(
            model=model, tail=tail, head=None, spare=layout.spec.frames_per_latent_frame // 2
        )
    latent_frames = layout.latent_frames()
    first, last = layout.segments[0], layout.segments[-1]
    head, tail, spare = None, None, 0
    if isinstance(first, GivenSegment):
        head = first.clip.latents.head if first.clip.latents else None
    elif first.first == 0 and latent_frames[0].first == 0:
        head = _array(latents[:, :CONTEXT])
    if isinstance(last, GivenSegment):
        if last.clip.latents:
            tail, spare = last.clip.latents.tail, last.clip.latents.spare
    elif isinstance(last, GeneratedSegment) and last.last == layout.num_frames:
        shot = latent_frames[-1].shot
        whole = [
            i
            for i, each in enumerate(latent_frames)
            if each.shot == shot and each.first >= layout.shots[shot]
        ]
        if whole:
            tail = _array(latents[:, whole[-CONTEXT:]])
            spare = (
                latent_frames[-1].first + layout.spec.frames_per_latent_frame - layout.num_frames
            )
    return Latents(model=model, head=head, tail=tail, spare=spare)


def usable(clip: Clip, model: str, size: tuple[int, int], unit: int) -> bool:
    """Whether the latents kept with a clip are of this model and of a canvas of this size in
    pixels; `unit` is the codec's space factor."""
    kept = clip.latents
    if kept is None or kept.model != model:
        return False
    ends = [end for end in (kept.head, kept.tail) if end is not None]
    return all((end.shape[3] * unit, end.shape[2] * unit) == size for end in ends)


def _array(latents: Tensor) -> np.ndarray:
    return latents.half().numpy()
