"""The latents of a result's two ends, kept so that extending it need not encode them again."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from sorairo.generation.output.delivery import segment_frames
from sorairo.generation.tasks.context import CONTEXT
from sorairo.generation.tasks.layout import CanvasLayout, GeneratedSegment, GivenSegment
from sorairo.video import Clip
from sorairo.video.latent_sidecar import Latents
from sorairo.video.resampling import frames_at


def end_latents(layout: CanvasLayout, latents: Tensor, model: str, fps: float) -> Latents:
    """The latents at the ends of the result of a layout with latents [c, f, h, w], delivered at
    `fps`; `model` is the digest of the model that they belong to.

    An end that is a given clip has the latents that were kept with that clip. The first latent
    frame of a new clip holds copies of its first frame and does not fit a longer clip, so a new
    clip has no head. A loop has none either: it begins in the middle of a latent frame (see
    `assemble`).
    """
    latent_frames, length = layout.latent_frames(), layout.spec.frames_per_latent_frame
    first, last = layout.segments[0], layout.segments[-1]
    head, tail, spare = None, None, 0
    if layout.cyclic:
        tail, spare = _array(latents.roll(-1, dims=1)[:, -CONTEXT:]), length // 2
    elif isinstance(first, GivenSegment):
        head = first.clip.latents.head if first.clip.latents else None
    elif first.first == 0 and latent_frames[0].first == 0:
        head = _array(latents[:, :CONTEXT])
    if isinstance(last, GivenSegment):
        if last.clip.latents:
            tail, spare = last.clip.latents.tail, last.clip.latents.spare
    elif not layout.cyclic and last.last == layout.num_frames:
        shot = latent_frames[-1].shot
        whole = [
            i
            for i, each in enumerate(latent_frames)
            if each.shot == shot and each.first >= layout.shots[shot]
        ]
        tail = _array(latents[:, whole[-CONTEXT:]]) if whole else None
        spare = latent_frames[-1].first + length - layout.num_frames
    tail, spare = _fitted(tail, spare + _frames_beyond(layout, fps), length)
    return Latents(model=model, head=head, tail=tail, spare=spare)


def _frames_beyond(layout: CanvasLayout, fps: float) -> int:
    """By how many canvas frames the last segment of a layout is longer than what is shown of it in
    a result at `fps`: both are whole frames, of different lengths."""
    counts, rate, last = segment_frames(layout, fps), layout.spec.fps, layout.segments[-1]
    generated = isinstance(last, GeneratedSegment)
    own = last.last - last.first if generated else frames_at(last.clip, rate)
    total = sum(counts)
    begins = (total - counts[-1]) / fps * rate
    return round(begins + own - max(1, round(total / fps * rate)))


def _fitted(tail: np.ndarray | None, spare: int, length: int) -> tuple[np.ndarray | None, int]:
    """A tail without the latent frames of which nothing is in the clip, and its `spare` frames.
    None if no latent frame is left, or if the clip goes on after the tail."""
    beyond = spare // length
    if tail is None or not 0 <= beyond < tail.shape[1]:
        return None, 0
    return tail[:, : tail.shape[1] - beyond], spare - beyond * length


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
