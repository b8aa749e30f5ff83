"""Block matching: finds where the parts of a picture have moved, for a few frames after a seam."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.nn.pixels import to_picture, to_planes

SIDE = 64  # pixels of the shorter side at which blocks are matched
BLOCK = 5  # of these pixels, the side of a block
STAY = 0.5  # of 255, cost of each pixel of displacement: in doubt nothing has moved


def follow_motion(
    values: np.ndarray, before: np.ndarray, after: np.ndarray, reach: int
) -> np.ndarray:
    """`values` [H, W, c] of the picture `before`, moved to where its parts are in the picture
    `after` (uint8 [H, W, 3] both), up to `reach` pixels of the matching size away."""
    height, width = before.shape[:2]
    scale = SIDE / min(height, width)
    size = (max(BLOCK, round(height * scale)), max(BLOCK, round(width * scale)))
    shift = displacement(_small(before, size), _small(after, size), reach)
    shift = F.interpolate(shift[None], (height, width), mode="bilinear", align_corners=False)[0]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    where = torch.stack(
        [
            (x + shift[1] * width / size[1] + 0.5) / width * 2 - 1,
            (y + shift[0] * height / size[0] + 0.5) / height * 2 - 1,
        ],
        dim=-1,
    )
    planes = to_planes(values)[None]
    carried = F.grid_sample(planes, where[None], padding_mode="border", align_corners=False)
    return to_picture(carried[0])


def displacement(before: Tensor, after: Tensor, reach: int) -> Tensor:
    """For every pixel of `after` [3, h, w] the displacement to its place in `before`, (dy, dx)
    [2, h, w] in whole pixels, by the least mean absolute difference over a block."""
    h, w = after.shape[1:]
    padded = F.pad(before[None], (reach,) * 4, mode="replicate")[0]
    best = torch.full((h, w), torch.inf)
    shift = torch.zeros(2, h, w)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            there = padded[:, reach + dy : reach + dy + h, reach + dx : reach + dx + w]
            cost = (there - after).abs().mean(0)
            cost = F.avg_pool2d(cost[None, None], BLOCK, 1, BLOCK // 2, count_include_pad=False)
            cost = cost[0, 0] + STAY * (dy * dy + dx * dx) ** 0.5
            better = cost < best
            best = torch.where(better, cost, best)
            shift[0], shift[1] = (
                torch.where(better, dy, shift[0]),
                torch.where(better, dx, shift[1]),
            )
    return shift


def _small(picture: np.ndarray, size: tuple[int, int]) -> Tensor:
    return F.interpolate(to_planes(picture)[None], size, mode="bilinear", antialias=True)[0]
