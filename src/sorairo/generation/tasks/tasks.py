"""One small function a capability: each drafts a canvas, none of them knows a model. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.tasks.context import (
    CONTEXT,
    Size,
    beginning,
    ending,
    known_beginning,
    known_ending,
    padding_of,
    part,
    shaped,
    size_for,
    still,
)
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenFrames,
    GivenSegment,
    Keyframe,
    crossfade_weights,
    single_prompt,
)
from sorairo.video import Clip
from sorairo.video.resampling import at_fps, onto, squeezed_aspect


def text(prompt: str, *, spec: CanvasSpec, size: Size, num_frames: int) -> CanvasLayout:
    """Nothing is given. One frame is a picture."""
    return _layout_of(
        spec,
        size,
        prompt,
        num_frames,
        pieces=(GeneratedSegment(first=0, last=num_frames),),
    )


def cycle(prompt: str, *, spec: CanvasSpec, size: Size, num_frames: int) -> CanvasLayout:
    """Nothing is given, and the last frame is followed by the first. Whole groups of frames."""
    num_frames = max(2, round(num_frames / spec.group)) * spec.group
    return _layout_of(
        spec,
        size,
        prompt,
        num_frames,
        pieces=(GeneratedSegment(first=0, last=num_frames),),
        padding_frames=0,
        cyclic=True,
    )


def animate(
    pictures: Sequence[tuple[float, Clip]],
    prompt: str,
    *,
    spec: CanvasSpec,
    num_frames: int,
    strength: Sequence[float] = (),
) -> CanvasLayout:
    """Pictures at their times in seconds; what lies between them is made.

    A picture at time 0 is the first frame. One of a `strength` below 1 is not shown itself: the
    model sees it at its time, with noise on it. Raises RequestError for times outside the clip or
    two pictures on one frame.
    """
    size = size_for(pictures[0][1], spec)
    strength = strength or [1.0] * len(pictures)
    placed = sorted(
        (
            (round(at * spec.fps), at, clip, kept)
            for (at, clip), kept in zip(pictures, strength, strict=True)
        ),
        key=lambda each: each[0],
    )
    for (frame, at, *_), (following, *_) in zip(placed, [*placed[1:], (num_frames,)], strict=True):
        if not 0 <= frame < num_frames:
            raise RequestError(
                f"A picture at {at:g} s lies outside the clip: choose a time from 0 to"
                f" {(num_frames - 1) / spec.fps:.2f} s, or make the clip longer."
            )
        if frame == following:
            raise RequestError(
                f"Two pictures stand at {at:g} s: give them different times, at least"
                f" {1 / spec.fps:.2f} s apart."
            )
    given, keyframes, pieces, done = [], [], [], 0
    for frame, _, clip, kept in placed:
        picture = onto(shaped(clip, pictures[0][1]), *size).frames[:1]
        if kept < 1:
            keyframes.append(Keyframe(at=frame, picture=picture[0], noise=1 - kept))
            continue
        if frame == 0:
            given.append(GivenFrames(first=0, frames=picture))
        else:
            keyframes.append(Keyframe(at=frame, picture=picture[0]))
            pieces.append(GeneratedSegment(first=done, last=frame))
        pieces.append(GivenSegment(clip=still(clip, spec.fps), edges=(frame, frame)))
        done = frame + 1
    if done < num_frames:
        pieces.append(GeneratedSegment(first=done, last=num_frames))
    return _layout_of(
        spec,
        size,
        prompt,
        num_frames,
        pieces=tuple(pieces),
        given=tuple(given),
        keyframes=tuple(keyframes),
        aspect=squeezed_aspect(pictures[0][1], *size),
    )


def extend_forward(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """`num_frames` more after the clip's end."""
    size = size_for(clip, spec)
    given = known_ending(clip, spec, size)
    spare = clip.latents.spare if given.latents is not None and clip.latents else 0
    known = len(given.frames) - spare
    return _layout_of(
        spec,
        size,
        prompt,
        known + num_frames,
        given=(given,),
        pieces=(
            GivenSegment(clip=clip, edges=(None, known - 1)),
            GeneratedSegment(first=known, last=known + num_frames),
        ),
        padding_frames=padding_of(given.frames, spec),
        aspect=squeezed_aspect(clip, *size),
    )


def extend_backward(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """`num_frames` more before the clip's beginning."""
    size = size_for(clip, spec)
    given = known_beginning(clip, spec, size, num_frames)
    return _layout_of(
        spec,
        size,
        prompt,
        num_frames + len(given.frames),
        given=(given,),
        pieces=(
            GeneratedSegment(first=0, last=num_frames),
            GivenSegment(clip=clip, edges=(num_frames, None)),
        ),
        padding_frames=-num_frames % spec.group,
        aspect=squeezed_aspect(clip, *size),
    )


def connect(
    before: Clip, after: Clip, texts: tuple[str, str], *, spec: CanvasSpec, num_frames: int
) -> CanvasLayout:
    """A bridge of whole groups of frames from the end of one clip to the beginning of another; the
    texts of the two fade over it."""
    bridge = _bridge(before, after, texts, spec, num_frames)
    kept = GivenSegment(clip=after, edges=(bridge.pieces[0].last, None))  # type: ignore[union-attr]
    first = GivenSegment(clip=before, edges=(None, bridge.pieces[0].first - 1))  # type: ignore[union-attr]
    return _with_pieces(bridge, (first, *bridge.pieces, kept))


def loop(clip: Clip, prompt: str, *, spec: CanvasSpec, num_frames: int) -> CanvasLayout:
    """A bridge from the clip's end to its own beginning."""
    bridge = _bridge(clip, clip, (prompt, prompt), spec, num_frames)
    made = bridge.pieces[0]
    assert isinstance(made, GeneratedSegment)
    return _with_pieces(bridge, (GivenSegment(clip=clip, edges=(made.last, made.first - 1)), made))


def edit(
    clip: Clip,
    prompt: str,
    *,
    spec: CanvasSpec,
    strength: float,
    region: np.ndarray | None = None,
    span: tuple[int, int] | None = None,
) -> CanvasLayout:
    """The clip, begun again from noise `strength`; in a `region` [H, W] of its pictures, or between
    two frames of the canvas's rate (widened to whole groups), or both."""
    size = size_for(clip, spec)
    frames = at_fps(onto(clip, *size), spec.fps).frames
    total, group = len(frames), spec.group
    start, end = span or (0, total)
    padding_frames = -start % group if start else group - 1
    end = min(total, end + -(end + padding_frames) % group)
    first, last = max(0, start - CONTEXT * group), min(total, end + CONTEXT * group)
    first += -(first - start) % group if first else 0
    if first == 0 and start:
        padding_frames = -start % group
    shown = [
        GivenFrames(first=0, frames=frames[first:start]),
        GivenFrames(
            first=start - first, frames=frames[start:end], strength=strength, region=region
        ),
        GivenFrames(first=end - first, frames=frames[end:last]),
    ]
    edges = (start - first, end - first)
    before, middle, after = (
        part(clip, low / spec.fps, high / spec.fps if high < total else None)
        for low, high in ((0, start), (start, end), (end, total))
    )
    pieces: list[GivenSegment | GeneratedSegment] = [
        GeneratedSegment(first=edges[0], last=edges[1], under=middle, region=region)
    ]
    if start:
        pieces.insert(0, GivenSegment(clip=before, edges=(None, edges[0] - 1)))
    if end < total:
        pieces.append(GivenSegment(clip=after, edges=(edges[1], None)))
    return _layout_of(
        spec,
        size,
        prompt,
        last - first,
        given=tuple(each for each in shown if len(each.frames)),
        pieces=tuple(pieces),
        padding_frames=padding_frames if first == 0 else 0,
        aspect=squeezed_aspect(clip, *size),
    )


def _layout_of(
    spec: CanvasSpec, size: Size, prompt: str | tuple[str, ...], num_frames: int, **rest: Any
) -> CanvasLayout:
    """A layout with one prompt for all frames, or several with `prompt_weights` in `rest`."""
    if isinstance(prompt, str):
        prompt, rest["prompt_weights"] = single_prompt(prompt, num_frames)
    return CanvasLayout(
        spec=spec,
        num_frames=num_frames,
        width=size[0],
        height=size[1],
        prompts=prompt,
        **rest,
    )


def _bridge(
    before: Clip, after: Clip, texts: tuple[str, str], spec: CanvasSpec, num_frames: int
) -> CanvasLayout:
    """Given end, whole groups to be made, given beginning."""
    size, group = size_for(before, spec), spec.group
    left = ending(before, spec, size)
    right = beginning(shaped(after, before), spec, size)
    width = max(1, round(num_frames / group)) * group
    total, start = len(left) + width + len(right), len(left)
    return _layout_of(
        spec,
        size,
        texts,
        total,
        prompt_weights=crossfade_weights(texts, total, start, start + width),
        given=(GivenFrames(first=0, frames=left), GivenFrames(first=start + width, frames=right)),
        pieces=(GeneratedSegment(first=start, last=start + width),),
        padding_frames=padding_of(left, spec),
        aspect=squeezed_aspect(before, *size),
    )


def _with_pieces(
    layout: CanvasLayout, pieces: tuple[GivenSegment | GeneratedSegment, ...]
) -> CanvasLayout:
    return dataclasses.replace(layout, pieces=pieces)
