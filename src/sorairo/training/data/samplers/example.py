"""A training example: what one sample of a batch shows, before it becomes tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.data.latent_dataset import Size


@dataclass(frozen=True, kw_only=True)
class ExampleSpec:
    """A kind of example, and how often it is drawn."""

    draw: str
    """The function that draws it, by its name in `registry.DRAW`."""
    source: str
    """The source of its clips."""
    frames: int
    """Latent frames; of a crop: tokens of each side."""
    weight: float
    """How often it is drawn, relative to other kinds."""
    size: Size = (96, 96)
    """Size of its clips as rendered."""
    fps: float | None = None
    """Frames a second; None: those of the source."""
    saying: tuple[str, ...] = ()
    """What most captions of a window mention: "material", "size"."""


@dataclass(frozen=True, kw_only=True)
class TrainingExample:
    """Latents with their times and texts, and the conditions of a task."""

    latents: np.ndarray
    """[c, f, h, w]."""
    times: np.ndarray
    """Seconds of each latent frame, [f]."""
    texts: tuple[str, ...]
    """The captions."""
    prompt_weights: np.ndarray
    """How much each latent frame attends to each text, [f, k]; rows sum to 1."""
    objects: np.ndarray | None = None
    """Which tokens show a body, [f, h / patch, w / patch]; None if that is not known."""
    keyframes: np.ndarray | None = None
    """Keyframes: pictures encoded alone, given beside the clip's grid, [c, l, h, w]."""
    keyframe_times: tuple[float, ...] = ()
    """Their times in seconds."""
    box: tuple[int, int, int, int] | None = None
    """The part of a larger picture that this is (top, left, rows, columns, in tokens); None: all of
    it."""
    whole: tuple[int, int] | None = None
    """Rows and columns of that larger picture, in tokens."""
    origin: np.ndarray | None = None
    """The clip that this one is edited from, [c, f, h, w]: the same with one thing changed."""
    bridge: tuple[int, int] | None = None
    """The first latent frame of a bridge between two clips, and the first one after it."""
