"""What tasks need of given clips: the canvas for them, and their ends as the canvas sees them. No
torch."""

from __future__ import annotations

import numpy as np

from sorairo.generation.tasks.layout import CanvasSpec, GivenFrames
from sorairo.video import Clip
from sorairo.video.resampling import at_fps, canvas_size, frames_at, onto

CONTEXT = 6  # latent frames of a given clip that the model sees on each side of what it generates
Size = tuple[int, int]  # width, height


def size_for(clip: Clip, spec: CanvasSpec) -> Size:
    """The size of the canvas for a clip of this shape."""
    return canvas_size(clip.width, clip.height, multiple=spec.multiple, area=spec.area)


def size_of(width: int | None, height: int | None, spec: CanvasSpec) -> Size:
    """The size of the canvas for a result of this size; without one, the model's own."""
    if not width or not height:
        return spec.size
    return canvas_size(width, height, multiple=spec.multiple, area=spec.area)


def shaped(clip: Clip, like: Clip) -> Clip:
    """The clip, cropped to the aspect ratio of another one, which is that of the result."""
    if abs(clip.width * like.height - like.width * clip.height) < max(clip.width, clip.height):
        return clip
    return clip.fit(like.width, like.height)


def still(clip: Clip, fps: float) -> Clip:
    """The first frame, as a clip of one frame."""
    return Clip(frames=clip.frames[:1], fps=fps, metadata=clip.metadata)


def ending(clip: Clip, spec: CanvasSpec, size: Size) -> np.ndarray:
    """The last frames at the canvas's size and rate: whole latent frames, or one frame where the
    clip is shorter than that."""
    total = frames_at(clip, spec.fps)
    count = _context_frames(total, spec) or 1
    return canvas_frames(clip, spec, size, total - count, total)


def beginning(clip: Clip, spec: CanvasSpec, size: Size) -> np.ndarray:
    """The first frames at the canvas's size and rate: whole latent frames, or one frame where the
    clip is shorter than that."""
    count = _context_frames(frames_at(clip, spec.fps), spec) or 1
    return canvas_frames(clip, spec, size, 0, count)


def canvas_frames(clip: Clip, spec: CanvasSpec, size: Size, first: int, last: int) -> np.ndarray:
    """The frames from `first` to `last` (not included) at the canvas's size and rate. Only these
    are scaled, so that time and memory do not grow with the clip."""
    return onto(at_fps(clip, spec.fps, first, last), *size).frames


def _context_frames(available: int, spec: CanvasSpec) -> int:
    """Frames in as many whole latent frames of context as there are frames for; 0 for none."""
    length = spec.frames_per_latent_frame
    return min(CONTEXT, available // length) * length


def known_ending(clip: Clip, spec: CanvasSpec, size: Size) -> GivenFrames:
    """The ending, with the latents that the clip keeps of it, if it does. Then `spare` copies of
    the last frame may follow the clip's own frames, to fill the last latent frame."""
    frames, kept = ending(clip, spec, size), clip.latents
    if kept is None or kept.tail is None:
        return GivenFrames(first=0, frames=frames)
    wanted = kept.tail.shape[1] * spec.frames_per_latent_frame
    total = frames_at(clip, spec.fps)
    first = max(0, total - wanted + kept.spare)
    frames = canvas_frames(clip, spec, size, first, total)
    after = frames[-1:].repeat(wanted - len(frames), 0)
    frames = np.concatenate([frames, after])
    return GivenFrames(first=0, frames=frames, latents=kept.tail, spare=kept.spare)


def known_beginning(clip: Clip, spec: CanvasSpec, size: Size, first: int) -> GivenFrames:
    """The beginning, from canvas frame `first` on, with the latents that the clip keeps of it, if
    it does."""
    frames, kept = beginning(clip, spec, size), clip.latents
    if kept is None or kept.head is None:
        return GivenFrames(first=first, frames=frames)
    wanted = kept.head.shape[1] * spec.frames_per_latent_frame
    frames = canvas_frames(clip, spec, size, 0, min(wanted, frames_at(clip, spec.fps)))
    return GivenFrames(first=first, frames=frames, latents=kept.head)


def part(clip: Clip, start: float, end: float | None) -> Clip:
    """The part of a clip between two times in seconds; at least one frame."""
    first = min(round(start * clip.fps), clip.num_frames - 1)
    last = clip.num_frames if end is None else max(first + 1, round(end * clip.fps))
    sound = clip.sound.part(first / clip.fps, last / clip.fps) if clip.sound else None
    return Clip(frames=clip.frames[first:last], fps=clip.fps, sound=sound, metadata=clip.metadata)


def padding_of(given: np.ndarray, spec: CanvasSpec) -> int:
    """`padding_frames` of a canvas that begins with given frames: a single frame fills a latent
    frame alone; others are whole latent frames."""
    return spec.frames_per_latent_frame - 1 if len(given) == 1 else 0
