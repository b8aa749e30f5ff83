"""The ends of given clips, as a canvas sees them. No torch."""

from __future__ import annotations

import numpy as np

from sorairo.generation.tasks.layout import CanvasSpec, GivenFrames
from sorairo.video import Clip
from sorairo.video.resampling import at_fps, canvas_size, onto

CONTEXT = 6  # groups of a given clip that the model sees on each side of what it makes
Size = tuple[int, int]  # width, height


def size_for(clip: Clip, spec: CanvasSpec) -> Size:
    """The canvas for footage of this shape."""
    return canvas_size(clip.width, clip.height, multiple=spec.multiple, area=spec.area)


def shaped(clip: Clip, like: Clip) -> Clip:
    """The clip cut to the aspect ratio of another one, which is that of the result."""
    if abs(clip.width * like.height - like.width * clip.height) < max(clip.width, clip.height):
        return clip
    return clip.fit(like.width, like.height)


def still(clip: Clip, fps: float) -> Clip:
    """The first frame, for one frame's time."""
    return Clip(frames=clip.frames[:1], fps=fps, metadata=clip.metadata)


def ending(clip: Clip, spec: CanvasSpec, size: Size) -> np.ndarray:
    """The last frames as the canvas sees them: whole groups, or one frame of a clip too short."""
    frames = at_fps(onto(clip, *size), spec.fps).frames
    groups = min(CONTEXT, len(frames) // spec.group)
    return frames[-groups * spec.group :] if groups else frames[-1:]


def beginning(clip: Clip, spec: CanvasSpec, size: Size) -> np.ndarray:
    """The first frames as the canvas sees them: whole groups, or one frame."""
    frames = at_fps(onto(clip, *size), spec.fps).frames
    groups = min(CONTEXT, len(frames) // spec.group)
    return frames[: groups * spec.group] if groups else frames[:1]


def known_ending(clip: Clip, spec: CanvasSpec, size: Size) -> GivenFrames:
    """The ending, with its latents if they were kept; then it may end with frames after the clip's
    own."""
    frames, kept = ending(clip, spec, size), clip.latents
    if kept is None or kept.tail is None:
        return GivenFrames(first=0, frames=frames)
    wanted = kept.tail.shape[1] * spec.group
    frames = at_fps(onto(clip, *size), spec.fps).frames[-wanted + kept.spare :]
    after = frames[-1:].repeat(wanted - len(frames), 0)
    return GivenFrames(first=0, frames=np.concatenate([frames, after]), latents=kept.tail)


def known_beginning(clip: Clip, spec: CanvasSpec, size: Size, first: int) -> GivenFrames:
    """The beginning, with its latents if they were kept, from frame `first` on."""
    frames, kept = beginning(clip, spec, size), clip.latents
    if kept is None or kept.head is None:
        return GivenFrames(first=first, frames=frames)
    frames = at_fps(onto(clip, *size), spec.fps).frames[: kept.head.shape[1] * spec.group]
    return GivenFrames(first=first, frames=frames, latents=kept.head)


def part(clip: Clip, start: float, end: float | None) -> Clip:
    """The stretch of a clip between two times in seconds; at least one frame."""
    first = min(round(start * clip.fps), clip.num_frames - 1)
    last = clip.num_frames if end is None else max(first + 1, round(end * clip.fps))
    sound = clip.sound.part(first / clip.fps, last / clip.fps) if clip.sound else None
    return Clip(frames=clip.frames[first:last], fps=clip.fps, sound=sound, metadata=clip.metadata)


def padding_of(seen: np.ndarray, spec: CanvasSpec) -> int:
    """A single frame is the beginning of a clip; whole groups are cut out of one."""
    return spec.group - 1 if len(seen) == 1 else 0
