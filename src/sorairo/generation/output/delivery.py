"""The size and rate at which a result is delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sorairo.generation.tasks.layout import CanvasLayout, GeneratedSegment, GivenSegment
from sorairo.video import Clip
from sorairo.video.resampling import frames_at

if TYPE_CHECKING:
    from sorairo.models.protocols import OnFrames  # loads torch

Upscale = Callable[..., np.ndarray]
"""`VideoModel.upscale`."""

SLOWEST = 6.0  # frames per second at which what is generated after a given clip is delivered
FRAMES_A_STEP = 8  # frames upscaled in about the time of a step of sampling


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The size and rate of a result."""

    width: int
    height: int
    fps: float

    @classmethod
    def of(
        cls, layout: CanvasLayout, width: int | None, height: int | None, fps: float | None
    ) -> Delivery:
        """The requested size and rate; else those of the given clip; else those of the canvas, in
        the aspect ratio of its content. Motion after a slide show has the canvas's rate."""
        given = [p.clip if isinstance(p, GivenSegment) else p.under for p in layout.segments]
        clips = [clip for clip in given if clip is not None and clip.num_frames > 1]
        if clips:
            own, size = clips[0].fps, (clips[0].width, clips[0].height)
            if own < SLOWEST and any(_is_new(part) for part in layout.segments):
                own = layout.spec.fps  # nothing could be seen to move in a slow slide show
        else:
            own, size = layout.spec.fps, (layout.width, layout.height)
            if layout.aspect:
                size = (round(layout.height * layout.aspect / 2) * 2, layout.height)
        return cls(width=width or size[0], height=height or size[1], fps=fps or own)

    def frames(self, layout: CanvasLayout) -> int:
        """The number of frames of the result."""
        return sum(segment_frames(layout, self.fps))

    def steps(self, layout: CanvasLayout) -> int:
        """Steps of progress that the upscaler counts for; each takes about as long as one of
        sampling."""
        if (self.width, self.height, self.fps) == (layout.width, layout.height, layout.spec.fps):
            return 0
        generated = sum(
            p.last - p.first for p in layout.segments if isinstance(p, GeneratedSegment)
        )
        return -(-generated // FRAMES_A_STEP)

    def bytes(self, layout: CanvasLayout) -> int:
        """The size of the result's frames in memory."""
        return self.frames(layout) * self.width * self.height * 3


def segment_frames(layout: CanvasLayout, fps: float) -> list[int]:
    """Frames of each segment in a result at `fps`. A generated one makes up for the rounding of
    those before it, the last also for that of those after it, so that segments begin at their times
    and the whole lasts as long as the layout says."""
    counts, origin, now = [], None, 0.0
    for each in layout.segments:
        if isinstance(each, GeneratedSegment):
            origin = each.first / layout.spec.fps - now if origin is None else origin
            now = each.last / layout.spec.fps - origin
            counts.append(max(1, round(now * fps) - sum(counts)))
        else:
            now += each.clip.duration
            counts.append(frames_at(each.clip, fps))
    made = [i for i, each in enumerate(layout.segments) if isinstance(each, GeneratedSegment)]
    if layout.seconds is not None and made:
        others = sum(counts) - counts[made[-1]]
        counts[made[-1]] = max(1, round(layout.seconds * fps) - others)
    return counts


def _is_new(part: GivenSegment | GeneratedSegment) -> bool:
    """Whether a segment is generated, and is not the edited frames of a given clip."""
    return isinstance(part, GeneratedSegment) and part.under is None


def deliver(
    frames: np.ndarray,
    rate: float,
    width: int,
    height: int,
    fps: float,
    *,
    upscale: Upscale,
    aspect: float | None = None,
    on_frames: OnFrames | None = None,
) -> np.ndarray:
    """The canvas's frames at another size and rate, by the model's `upscale`.

    They are first stretched to the `aspect` of what was squeezed onto the canvas, then cropped to
    the requested size. `on_frames` is called with the number of frames done.
    """
    own = frames.shape[2] / frames.shape[1]
    wanted = aspect or own
    high = max(height, round(width / wanted))
    across, shown = round(high * own), max(width, round(high * wanted))
    if (across, high) != (frames.shape[2], frames.shape[1]) or fps != rate:
        frames = upscale(
            frames, fps=rate, width=across, height=high, fps_out=fps, on_frames=on_frames
        )
    return Clip(frames=frames, fps=fps).resize(shown, high).fit(width, height).frames
