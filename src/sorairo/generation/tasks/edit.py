"""Editing a clip by a prompt: all of it, a region of its pictures, or a span of time. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sorairo.generation.tasks.context import CONTEXT, canvas_frames, part, size_for
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenFrames,
    GivenSegment,
    single_prompt,
)
from sorairo.video import Clip
from sorairo.video.resampling import frames_at, shown_at, squeezed_aspect


def edit(
    clip: Clip,
    prompt: str,
    *,
    spec: CanvasSpec,
    strength: float,
    region: np.ndarray | None = None,
    span: tuple[int, int] | None = None,
) -> CanvasLayout:
    """The clip, generated again from noise level `strength` (SDEdit, Meng et al., arXiv
    2108.01073).

    `region` [H, W] of its pictures and `span`, two frames at the canvas's rate (widened to whole
    latent frames), limit the change; what lies outside of them is kept.
    """
    size = size_for(clip, spec)
    total = frames_at(clip, spec.fps)
    start, end = span or (0, total)
    start = _first_alike(clip, start, spec)
    cut = _cut((start, end), total, spec.frames_per_latent_frame)
    frames = canvas_frames(clip, spec, size, cut.first, cut.last)
    start, end = cut.start - cut.first, cut.end - cut.first
    shown = [
        GivenFrames(first=0, frames=frames[:start]),
        GivenFrames(first=start, frames=frames[start:end], strength=strength, region=region),
        GivenFrames(first=end, frames=frames[end:]),
    ]
    num_frames = cut.last - cut.first
    prompts, prompt_weights = single_prompt(prompt, num_frames)
    return CanvasLayout(
        spec=spec,
        num_frames=num_frames,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=prompt_weights,
        given=tuple(each for each in shown if len(each.frames)),
        segments=_segments(clip, cut, total, spec.fps, region),
        padding_frames=cut.padding_frames,
        aspect=squeezed_aspect(clip, *size),
        seconds=clip.duration,
        sound=clip.sound and clip.sound.part(0, clip.duration),
    )


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """Frames of the clip at the canvas's rate; those past an end are not included."""

    start: int  # of what is changed
    end: int
    first: int  # on the canvas: the change and its context on both sides
    last: int
    padding_frames: int


def _first_alike(clip: Clip, frame: int, spec: CanvasSpec) -> int:
    """The first canvas frame that shows the same frame of the clip as a canvas `frame` does, so
    that what is kept before it is not shown twice; at most a latent frame earlier."""
    first = math.ceil(shown_at(clip, spec.fps, frame) * (spec.fps / clip.fps) - 1e-6)
    return max(first, frame - spec.frames_per_latent_frame) if first < frame else frame


def _cut(span: tuple[int, int], total: int, length: int) -> _Cut:
    """The change widened to whole latent frames, with its context aligned to them."""
    start, end = span
    padding_frames = -start % length if start else length - 1
    end = min(total, end + -(end + padding_frames) % length)
    first, last = max(0, start - CONTEXT * length), min(total, end + CONTEXT * length)
    first += -(first - start) % length if first else 0
    return _Cut(
        start=start,
        end=end,
        first=first,
        last=last,
        padding_frames=padding_frames if first == 0 else 0,
    )


def _segments(
    clip: Clip, cut: _Cut, total: int, fps: float, region: np.ndarray | None
) -> tuple[GivenSegment | GeneratedSegment, ...]:
    """The clip before the change, the change, the clip after it: each frame of the clip is in one
    of them, where the canvas shows it."""
    first = shown_at(clip, fps, cut.start)
    last = max(first + 1, shown_at(clip, fps, cut.end)) if cut.end < total else clip.num_frames
    start, end = cut.start - cut.first, cut.end - cut.first
    segments: list[GivenSegment | GeneratedSegment] = [
        GeneratedSegment(first=start, last=end, under=_frames(clip, first, last), region=region)
    ]
    if first:
        shown = min(shown_at(clip, fps, cut.start - 1), first - 1)
        before = _frames(clip, 0, first)
        segments.insert(0, GivenSegment(clip=before, edges=(None, start - 1), last_shown=shown))
    if last < clip.num_frames:
        edge = end if shown_at(clip, fps, cut.end) == last else None  # else it shows `first` still
        after = _frames(clip, last, clip.num_frames)
        segments.append(GivenSegment(clip=after, edges=(edge, None)))
    return tuple(segments)


def _frames(clip: Clip, first: int, last: int) -> Clip:
    """The frames of a clip from `first` to `last` (not included), with their sound."""
    return part(clip, first / clip.fps, last / clip.fps)
