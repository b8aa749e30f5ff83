"""Which frames and which part of the picture a latent frame of a layout shows."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.tasks.layout import CanvasLayout, GivenFrames, LatentFrame


def shot_bounds(latent_frame: LatentFrame, layout: CanvasLayout) -> tuple[int, int]:
    """The first and the last frame (not included) of the shot that a latent frame is in."""
    ends = (*layout.shots[1:], layout.num_frames)
    return layout.shots[latent_frame.shot], ends[latent_frame.shot]


def frames_of(latent_frame: LatentFrame, layout: CanvasLayout) -> np.ndarray:
    """The numbers of the frames in a latent frame; beyond the shot's ends, its first and last frame
    are repeated."""
    low, high = shot_bounds(latent_frame, layout)
    last = latent_frame.first + layout.spec.frames_per_latent_frame
    return np.arange(latent_frame.first, last).clip(low, high - 1)


def token_region(region: np.ndarray, grid: tuple[int, int]) -> Tensor:
    """True for places of a grid (rows, columns) that a region [H, W] touches, [h, w]."""
    mask = torch.from_numpy(np.asarray(region, np.float32))[None, None]
    return torch.nn.functional.adaptive_max_pool2d(mask, grid)[0, 0] > 0


def covered_frames(given: GivenFrames, layout: CanvasLayout) -> list[int]:
    """The latent frames of which all frames are given, by place; frames beyond a shot's ends count
    as given."""
    return [i for i, each in enumerate(layout.latent_frames()) if _covers(given, each, layout)]


def _covers(given: GivenFrames, latent_frame: LatentFrame, layout: CanvasLayout) -> bool:
    low, high = shot_bounds(latent_frame, layout)
    first = max(latent_frame.first, low)
    last = min(latent_frame.first + layout.spec.frames_per_latent_frame, high)
    return given.first <= first and last <= given.first + len(given.frames)
