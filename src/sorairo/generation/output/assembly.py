"""Assembles the result from the canvas's frames: segments in order, given frames unchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from sorairo.generation.output.delivery import segment_frames
from sorairo.generation.output.seams.correct import correct_seams
from sorairo.generation.output.seams.difference import Seam
from sorairo.generation.tasks.layout import CanvasLayout, GeneratedSegment, GivenSegment
from sorairo.interruption import check_interrupted
from sorairo.video import Clip, Sound
from sorairo.video.clip import shown_by_fit
from sorairo.video.resampling import at_fps, frames_at, shown_at

Deliver = Callable[[np.ndarray, float, int, int, float], np.ndarray]
"""Takes canvas frames, their rate, and the width, height and rate of the result; returns frames of
the result."""


def assemble(
    layout: CanvasLayout,
    frames: np.ndarray,
    *,
    width: int,
    height: int,
    fps: float,
    deliver: Deliver,
    corrects_seams: bool = True,
) -> Clip:
    """The result at the requested size and rate, from the canvas's frames uint8 [n, h, w, 3].
    `corrects_seams` is the model's (see `ModelInfo`)."""
    if layout.cyclic:  # it begins in the middle of a latent frame, where less changes than between
        frames = np.roll(frames, -(layout.spec.frames_per_latent_frame // 2), axis=0)
    given = {
        index: at_fps(segment.clip.fit(width, height), fps).frames
        for index, segment in enumerate(layout.segments)
        if isinstance(segment, GivenSegment)
    }
    parts = [
        given[index]
        if index in given
        else _generated(layout, index, frames, given, (width, height), fps, deliver, corrects_seams)
        for index in range(len(layout.segments))
    ]
    frames = np.concatenate(parts) if len(parts) > 1 else parts[0]
    return Clip(frames=frames, fps=fps, sound=sound_of(layout, [len(p) for p in parts], fps))


def sound_of(layout: CanvasLayout, lengths: list[int], fps: float) -> Sound | None:
    """The layout's own sound; else that of the given clips where they are in the result, and
    silence elsewhere."""
    starts = np.cumsum([0, *lengths]) / fps
    if layout.sound is not None:
        return layout.sound.part(0, float(starts[-1]))
    placed = [
        (float(start), each.clip.sound.part(0, each.clip.duration))
        for each, start in zip(layout.segments, starts, strict=False)
        if isinstance(each, GivenSegment) and each.clip.sound is not None
    ]
    return Sound.joined(placed, float(starts[-1])) if placed else None


def _generated(
    layout: CanvasLayout,
    index: int,
    frames: np.ndarray,
    given: Mapping[int, np.ndarray],
    size: tuple[int, int],
    fps: float,
    deliver: Deliver,
    corrects_seams: bool,
) -> np.ndarray:
    """The frames of a generated segment in the result; `given` are those of the given segments, by
    index."""
    segment = layout.segments[index]
    assert isinstance(segment, GeneratedSegment)
    rate = layout.spec.fps
    count = segment_frames(layout, fps)[index]
    generated = _exactly(count, deliver(frames[_canvas_frames(layout, segment)], rate, *size, fps))

    def rebuilt(frame: int) -> np.ndarray:
        return deliver(frames[frame : frame + 1], rate, *size, rate)[0]

    neighbours = before, after = [_neighbour(layout, index, side) for side in (-1, 1)]
    seams = []
    for other, at in ((before, -1), (after, len(generated))):
        if other is not None:
            shown = Clip(frames=other.shown[None], fps=rate).fit(*size).frames[0]
            seams.append(Seam(at=at, given=shown, rebuilt=rebuilt(other.frame)))
    beside = [other and given[other.segment] for other in neighbours]
    if corrects_seams:
        generated = correct_seams(generated, seams, *beside, fps=fps)
    if segment.under is not None and segment.region is not None:
        under = at_fps(segment.under.fit(*size), fps).frames
        generated = blend_region(generated, under, _fitted(segment.region, segment.under, size))
    return generated


def _exactly(count: int, frames: np.ndarray) -> np.ndarray:
    """The first `count` frames; the last one is repeated where there are fewer."""
    if len(frames) >= count:
        return frames[:count]
    return frames[np.arange(count).clip(max=len(frames) - 1)]


def _canvas_frames(layout: CanvasLayout, segment: GeneratedSegment) -> list[int]:
    """The canvas's frames of a segment, and the next one unless a cut is before it: at a higher
    rate there are frames between the two."""
    indices = list(range(segment.first, segment.last))
    if layout.cyclic:
        return [*indices, segment.last % layout.num_frames]
    if segment.last < layout.num_frames and segment.last not in layout.shots:
        return [*indices, segment.last]
    return indices


class Neighbour(NamedTuple):
    """A given segment beside a generated one."""

    segment: int
    """Its index in the layout."""
    shown: np.ndarray
    """Its frame that the canvas shows where the two meet, uint8 [H, W, 3]."""
    frame: int
    """The canvas frame that shows it."""


def _neighbour(layout: CanvasLayout, index: int, side: int) -> Neighbour | None:
    """The given segment before (`side` -1) or after (1) a generated one, if there is no cut between
    them. In a loop the last segment is before the first."""
    segments, beside = layout.segments, index + side
    if not 0 <= beside < len(segments):
        first, last = segments[0], segments[-1]
        cyclic = (
            isinstance(first, GivenSegment)
            and isinstance(last, GeneratedSegment)
            and first.edges[0] == last.last
        )
        if not cyclic:
            return None
        beside %= len(segments)
    other = segments[beside]
    frame = other.edges[1 if side < 0 else 0] if isinstance(other, GivenSegment) else None
    if not isinstance(other, GivenSegment) or frame is None:
        return None
    shown, rate = 0, layout.spec.fps
    if side < 0:  # at a higher rate, the clip's last frame is later
        last = shown_at(other.clip, rate, frames_at(other.clip, rate) - 1)
        shown = last if other.last_shown is None else other.last_shown
    return Neighbour(beside, other.clip.frames[shown], frame)


def _fitted(region: np.ndarray, clip: Clip, size: tuple[int, int]) -> np.ndarray:
    """A region of a clip's pictures, cropped as `Clip.fit` crops these to a size."""
    mask = _resized(region, clip.width, clip.height)
    return mask[shown_by_fit((clip.width, clip.height), size)]


def _resized(region: np.ndarray, width: int, height: int) -> np.ndarray:
    """A region, floats 0..1 of any size, as floats [height, width]."""
    mask = Image.fromarray(np.asarray(region, np.float32))
    return np.asarray(mask.resize((width, height), Image.Resampling.NEAREST))


def blend_region(generated: np.ndarray, under: np.ndarray, region: np.ndarray) -> np.ndarray:
    """The generated frames inside a region, blended over its border inwards; the frames `under`
    them elsewhere."""
    height, width = generated.shape[1:3]
    mask = (_resized(region, width, height) * 255).astype(np.uint8)
    radius = max(1, round(min(width, height) / 48))
    smaller = Image.fromarray(_eroded(mask, radius))
    inner = smaller.filter(ImageFilter.BoxBlur(radius))
    weight = np.where(mask > 0, np.asarray(inner, np.float32) / 255, 0)[..., None]
    out = np.empty_like(generated)
    for index, frame in enumerate(generated):
        check_interrupted()
        below = under[min(index, len(under) - 1)]
        mixed = weight * frame + (1 - weight) * below
        out[index] = np.where(weight > 0, mixed.round(), below)
    return out


def _eroded(mask: np.ndarray, radius: int) -> np.ndarray:
    """The least value within `radius` of each pixel of a mask uint8 [H, W], along rows and columns.

    As Pillow's MinFilter, whose time grows with the square of the radius: 2.4 s at 1024x1024, where
    this takes 0.01 s.
    """
    length = 2 * radius + 1
    for _ in range(2):
        least, reach = np.pad(mask, ((radius, radius), (0, 0)), mode="edge"), 1
        while reach < length:
            step = min(reach, length - reach)
            least, reach = np.minimum(least[:-step], least[step:]), reach + step
        mask = np.ascontiguousarray(least.T)
    return mask
