"""The layout of each type of request: one function for each. No torch.

To add a task, see CONTRIBUTING.md, "A new task, step by step".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sorairo.generation.prompts.character_names import describe_characters
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.generation.tasks.animate import animate
from sorairo.generation.tasks.bridge import connect, loop
from sorairo.generation.tasks.characters import cast, storyboard_with_characters
from sorairo.generation.tasks.context import part, size_of
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.extend import extend_backward, extend_forward
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.generation.tasks.storyboard import storyboard
from sorairo.generation.tasks.text import text_to_video
from sorairo.video import Clip
from sorairo.video.resampling import frames_at
from sorairo.world import registry

Task = Callable[[Any, Sequence[Clip], CanvasSpec], CanvasLayout]
"""(request, its given clips, the model's canvas) -> layout."""


def layout_of(request: Request, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    """The layout of a request, which has one stage, and its given clips. Raises RequestError."""
    return LAYOUTS[type(request)](request, clips, spec)


def _generate(request: GenerateRequest, _clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    layout = text_to_video(
        request.text_in(spec.world),
        spec=spec,
        size=size_of(request.width, request.height, spec),
        num_frames=spec.frames_in(request.seconds),
        cyclic=request.loop,
    )
    return layout if request.loop else replace(layout, seconds=request.seconds)


def _image(request: ImageRequest, _clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    size = size_of(request.width, request.height, spec)
    return text_to_video(request.text_in(spec.world), spec=spec, size=size, num_frames=1)


def _animate(request: AnimateRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    layout = animate(
        list(zip(request.times(spec.fps), clips, strict=True)),
        request.text_in(spec.world),
        spec=spec,
        num_frames=spec.frames_in(request.seconds),
        strength=request.strength,
    )
    return replace(layout, seconds=request.seconds)


def _cast(request: CastRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    layout = cast(
        clips,
        describe_characters(request.text_in(spec.world), request.names, clips, world=spec.world),
        spec=spec,
        size=size_of(request.width, request.height, spec),
        num_frames=spec.frames_in(request.seconds),
    )
    return replace(layout, seconds=request.seconds)


def _extend(request: ExtendRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    assert not (request.forward and request.backward), "two stages"
    task, seconds = (
        (extend_forward, request.forward)
        if request.forward
        else (extend_backward, request.backward)
    )
    whole = request.start <= 0 and request.end is None
    clip = clips[0] if whole else part(clips[0], request.start, request.end)
    layout = task(clip, request.text_in(spec.world), spec=spec, num_frames=spec.frames_in(seconds))
    return replace(layout, seconds=clip.duration + seconds)


def _loop(request: LoopRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    num_frames = spec.frames_in(request.seconds)
    # the bridge leads from where things have gone back to where they were
    text = registry.language(spec.world).returning(request.text_in(spec.world))
    return loop(clips[0], text, spec=spec, num_frames=num_frames)


def _connect(request: ConnectRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    before, after = clips
    num_frames = spec.frames_in(request.seconds)
    texts = request.texts_in(spec.world)
    return connect(before, after, texts, spec=spec, num_frames=num_frames, curve=request.curve)


def _edit(request: EditRequest, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    return edit(
        clips[0],
        request.text_in(spec.world),
        spec=spec,
        strength=request.strength,
        region=request.mask(clips),
        span=edited_span(request, clips[0], spec),
    )


def edited_span(request: EditRequest, clip: Clip, spec: CanvasSpec) -> tuple[int, int] | None:
    """The frames at the canvas's rate between which a clip is changed, at least one; None: all."""
    if request.start <= 0 and request.end is None:
        return None
    total = frames_at(clip, spec.fps)
    start = min(round(request.start * spec.fps), total - 1)
    end = total if request.end is None else min(round(request.end * spec.fps), total)
    return start, max(end, start + 1)


def _storyboard(request: Storyboard, clips: Sequence[Clip], spec: CanvasSpec) -> CanvasLayout:
    size = size_of(request.width, request.height, spec) if request.width else None
    task = storyboard_with_characters if request.names else storyboard
    return replace(task(request, clips, spec=spec, size=size), seconds=request.seconds)


LAYOUTS: dict[type[Request], Task] = {
    GenerateRequest: _generate,
    ImageRequest: _image,
    AnimateRequest: _animate,
    CastRequest: _cast,
    ExtendRequest: _extend,
    LoopRequest: _loop,
    ConnectRequest: _connect,
    EditRequest: _edit,
    Storyboard: _storyboard,
}
