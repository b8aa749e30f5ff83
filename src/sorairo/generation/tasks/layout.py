"""The draft of a canvas: what a task paints, in frames, seconds and pixels. No torch.

A task (`tasks`) writes a draft; `painting` turns any draft into a canvas; `assembly` puts what came
of it together with what was given. Nothing after a task knows which task it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class CanvasSpec:
    """What a model paints on: frames a second, frames in a group (a latent frame), and the sides
    and area of a picture in pixels; `window` is the number of groups that it sees at once."""

    fps: float = 12.0
    group: int = 4
    multiple: int = 16
    area: int = 96 * 96
    window: int = 13


@dataclass(frozen=True, kw_only=True, eq=False)
class GivenFrames:
    """Frames that stand on the canvas from frame `first`, uint8 [n, height, width, 3].

    `strength` 0 keeps them; above, they are where the noise begins. `region` [height, width] limits
    that to a part of the picture, the rest being kept. `latents` [c, groups, h, w], if they are
    known, spare the encoding.
    """

    first: int
    frames: np.ndarray
    strength: float = 0.0
    region: np.ndarray | None = None
    latents: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Keyframe:
    """A picture, uint8 [height, width, 3], seen at frame `at` without being part of a group;
    `noise` is how much of its detail is lost on purpose."""

    at: float
    picture: np.ndarray
    noise: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class GivenSegment:
    """A stretch of the result that is the user's own frames; `edges` are the canvas's frames that
    show its first and its last one (None: not on the canvas)."""

    clip: Clip
    edges: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, kw_only=True, eq=False)
class GeneratedSegment:
    """A stretch of the result that comes from the canvas: frames first <= i < last. `under` is the
    clip that it was made from; its sound stays, and outside of a `region` [H, W] (floats 0..1, of
    any size) its pictures."""

    first: int
    last: int
    under: Clip | None = None
    region: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CanvasLayout:
    """A canvas of `num_frames` frames of width x height pixels.

    shots     the frames at which a shot begins, the first 0
    lead      frames of the first group that lie before frame 0: 3, as a clip begins with a group
              for its first frame alone, unless a task aligns the groups elsewhere
    cyclic    after the last frame comes the first: whole groups, no beginning
    alike     for each shot the earlier ones of the same scene, the closest first; without it, all
              are, and the one before and the first are the closest
    aspect    width / height of what the canvas shows, if that was squeezed onto it
    prompts   k texts, and `prompt_weights` [num_frames, k]: how much each counts for a frame; rows
              sum to 1
    pieces    the result, in order
    """

    spec: CanvasSpec
    num_frames: int
    width: int
    height: int
    prompts: tuple[str, ...]
    prompt_weights: np.ndarray
    pieces: tuple[GivenSegment | GeneratedSegment, ...]
    given: tuple[GivenFrames, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    shots: tuple[int, ...] = (0,)
    related_shots: tuple[tuple[int, ...], ...] = ()
    padding_frames: int = 3
    cyclic: bool = False
    aspect: float | None = None

    def groups(self) -> tuple[LatentFrame, ...]:
        """The latent frames, shot by shot."""
        size, found = self.spec.group, []
        ends = (*self.shots[1:], self.num_frames)
        for shot, (start, end) in enumerate(zip(self.shots, ends, strict=True)):
            padding_frames = self.padding_frames if shot == 0 else size - 1
            found += [
                LatentFrame(first=first, shot=shot)
                for first in range(start - padding_frames, end, size)
            ]
        return tuple(found)

    def times(self) -> tuple[float, ...]:
        """Seconds of the latent frames: each is where the last of its frames is. A shot begins a
        frame after the last latent frame before it, of which it may be that not all is shown."""
        size, fps, found, later = self.spec.group, self.spec.fps, [], 0
        groups = self.groups()
        for index, group in enumerate(groups):
            if index and group.shot != groups[index - 1].shot:
                later += groups[index - 1].first + size - self.shots[group.shot]
            found.append((group.first + size - 1 + later) / fps)
        return tuple(found)


@dataclass(frozen=True)
class LatentFrame:
    """A latent frame: frames first ... first + 3, those before the shot's beginning and after its
    end being copies."""

    first: int
    shot: int


def single_prompt(prompt: str, num_frames: int) -> tuple[tuple[str, ...], np.ndarray]:
    """One prompt for all frames."""
    return (prompt,), np.ones((num_frames, 1), np.float32)


def crossfade_weights(texts: tuple[str, ...], num_frames: int, start: int, end: int) -> np.ndarray:
    """Shares of two texts, the second taking over from frame `start` to frame `end`."""
    assert len(texts) == 2
    second = np.clip((np.arange(num_frames) - start + 1) / max(1, end - start + 1), 0, 1)
    return np.stack([1 - second, second], axis=1).astype(np.float32)
