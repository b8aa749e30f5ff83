"""The layout of a canvas: what a task writes and everything after it reads. No torch.

A layout says, in frames, seconds and pixels, what is given, what is generated, and what of both
makes up the result. `canvas.encode` turns any layout into a canvas, and `output.assembly` builds
the result from its segments. Nothing after a task knows which task it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sorairo.video import Clip, Sound
from sorairo.world import registry


@dataclass(frozen=True, kw_only=True)
class CanvasSpec:
    """The canvas that a model generates on. The defaults are those of the shipped model."""

    fps: float = registry.TABLETOP.fps
    """Frames a second."""
    frames_per_latent_frame: int = 4
    """Frames in a latent frame."""
    multiple: int = 16
    """Both sides of a picture are multiples of this, in pixels."""
    area: int = registry.TABLETOP.area
    """Pixels of a picture, about: a canvas of another shape has the same area."""
    size: tuple[int, int] = registry.TABLETOP.sizes[0]
    """Width and height of a canvas whose shape nothing else decides."""
    window: int = 13
    """Latent frames that the model sees at once."""
    world: str = registry.DEFAULT
    """The world whose vocabulary the model was trained on; "" if there is none."""
    smaller_sizes: bool = False
    """Whether a canvas may be smaller than `area`, where the result is."""
    sparse_plans: bool = True
    """Whether long clips are planned at few frames a second."""

    def sized(self, width: int | None, height: int | None) -> CanvasSpec:
        """The canvas for a result of this size (None: not asked for)."""
        if not self.smaller_sizes or not width or not height:
            return self
        return replace(self, area=min(self.area, width * height))

    def frames_in(self, seconds: float) -> int:
        """The number of frames in a length of time; at least one."""
        return max(1, round(seconds * self.fps))


@dataclass(frozen=True, kw_only=True, eq=False)
class GivenFrames:
    """Frames that are put on the canvas before sampling begins."""

    first: int
    """The canvas frame of the first one."""
    frames: np.ndarray
    """uint8 [n, height, width, 3]."""
    strength: float = 0.0
    """The noise level at which they start: 0 keeps them, 1 keeps nothing of them."""
    region: np.ndarray | None = None
    """The part of the picture [height, width] to which `strength` is limited; the rest is kept."""
    latents: np.ndarray | None = None
    """Their latents [c, latent frames, h, w] if they are known, so that they are not encoded."""
    spare: int = 0
    """How many frames at the end only fill the last latent frame: what the latents show there is
    generated and belongs to no given clip."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Keyframe:
    """A picture that the model sees at a time, without being part of a latent frame."""

    at: float
    """The frame at which it is seen."""
    picture: np.ndarray
    """uint8 [height, width, 3]."""
    noise: float = 0.0
    """The noise level at which it is seen: 0 shows it exactly, more makes it a hint."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GivenSegment:
    """A stretch of the result that consists of the user's own frames."""

    clip: Clip
    """The frames, at their own size and rate, and their sound."""
    edges: tuple[int | None, int | None] = (None, None)
    """The canvas frames that show its first and its last frame; None: not on the canvas."""
    last_shown: int | None = None
    """The frame of `clip` that the canvas shows at the second edge; None: the last one that `clip`
    has at the canvas's rate."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GeneratedSegment:
    """A stretch of the result that comes from the canvas."""

    first: int
    """Its first canvas frame."""
    last: int
    """The canvas frame after its last one."""
    under: Clip | None = None
    """The clip that it was made from: outside of `region` its pictures stay."""
    region: np.ndarray | None = None
    """Where the result shows the canvas, floats 0..1 [H, W] of any size; None: everywhere."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CanvasLayout:
    """A canvas before sampling, and how the result is put together from it."""

    spec: CanvasSpec
    num_frames: int
    width: int
    """Pixels of the canvas, as is `height`."""
    height: int
    prompts: tuple[str, ...]
    """The texts that condition the canvas; k of them."""
    prompt_weights: np.ndarray
    """float [num_frames, k]: how much each prompt counts for each frame; rows sum to 1."""
    segments: tuple[GivenSegment | GeneratedSegment, ...]
    """The result, in order."""
    given: tuple[GivenFrames, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    shots: tuple[int, ...] = (0,)
    """The frames at which a shot begins; the first is 0."""
    related_shots: tuple[tuple[int, ...], ...] = ()
    """For each shot the earlier ones that may show the same scene, the closest first. Empty: all
    of them, the previous and the first shot being the closest."""
    padding_frames: int = 3
    """Frames of the first latent frame that lie before frame 0. By default the first frame of a
    clip fills a latent frame alone; a task that aligns latent frames elsewhere has fewer."""
    cyclic: bool = False
    """Whether the first frame follows the last one; then there are whole latent frames only."""
    seconds: float | None = None
    """The exact length of the result, which the frames of the canvas round: the last generated
    segment makes up the difference. None: the length of the segments."""
    aspect: float | None = None
    """Width / height of what the canvas shows, where that was squeezed onto it."""
    sound: Sound | None = None
    """The sound of the whole result. None: that of its given segments."""

    def latent_frames(self) -> tuple[LatentFrame, ...]:
        """The latent frames, shot by shot."""
        size, found = self.spec.frames_per_latent_frame, []
        ends = (*self.shots[1:], self.num_frames)
        for shot, (start, end) in enumerate(zip(self.shots, ends, strict=True)):
            padding_frames = self.padding_frames if shot == 0 else size - 1
            found += [
                LatentFrame(first=first, shot=shot)
                for first in range(start - padding_frames, end, size)
            ]
        return tuple(found)

    def times(self) -> tuple[float, ...]:
        """The times of the latent frames in seconds: where the last frame of each is. A shot begins
        one frame after the last latent frame before it, even if the end of that is not shown."""
        size, fps, found, later = self.spec.frames_per_latent_frame, self.spec.fps, [], 0
        latent_frames = self.latent_frames()
        for index, latent_frame in enumerate(latent_frames):
            if index and latent_frame.shot != latent_frames[index - 1].shot:
                later += latent_frames[index - 1].first + size - self.shots[latent_frame.shot]
            found.append((latent_frame.first + size - 1 + later) / fps)
        return tuple(found)


@dataclass(frozen=True)
class LatentFrame:
    """A latent frame of a canvas. The frames of it that lie before the beginning of its shot or
    after the end are copies of the nearest frame."""

    first: int
    """Its first frame."""
    shot: int
    """The index of its shot."""


def single_prompt(prompt: str, num_frames: int) -> tuple[tuple[str, ...], np.ndarray]:
    """`prompts` and `prompt_weights` of a layout with one prompt for all frames."""
    return (prompt,), np.ones((num_frames, 1), np.float32)


def crossfade_weights(
    prompts: tuple[str, ...],
    num_frames: int,
    start: int,
    end: int,
    curve: tuple[float, ...] = (),
) -> np.ndarray:
    """`prompt_weights` of two prompts, the second taking over from frame `start` to frame `end`:
    evenly, or by a `curve` of weights from 0 to 1 at equal distances between these frames."""
    assert len(prompts) == 2
    second = np.clip((np.arange(num_frames) - start + 1) / max(1, end - start + 1), 0, 1)
    if curve:
        inside = (second > 0) & (second < 1)
        bent = np.interp(second, np.linspace(0, 1, len(curve)), curve)
        second = np.where(inside, bent, second)
    return np.stack([1 - second, second], axis=1).astype(np.float32)
