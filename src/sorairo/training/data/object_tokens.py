"""Which tokens show a body, from the true masks of the clips."""

from __future__ import annotations

import numpy as np


def object_tokens(
    masks: np.ndarray, latents: tuple[int, ...], time_factor: int, patch: int
) -> np.ndarray:
    """Which tokens of latents [n, c, f, h, w] show a body, bool [n, f, h / patch, w / patch], from
    masks uint8 [n, F, H, W] of the same clips at any size."""
    n, _, f, h, w = latents
    h, w = h // patch, w // patch
    first = (masks[:, :1] > 0).repeat(time_factor - 1, 1)
    there = np.concatenate([first, masks > 0], axis=1)[:, : f * time_factor]
    height, width = there.shape[2:]
    rows = np.arange(height) * h // height
    columns = np.arange(width) * w // width
    grid = np.zeros((n, f, h, w), bool)
    any_time = np.asarray(there.reshape(n, f, time_factor, height, width).any(2))
    for row in range(h):
        band = np.asarray(any_time[:, :, rows == row].any(2))
        for column in range(w):
            grid[:, :, row, column] = np.any(band[:, :, columns == column], axis=2)
    return grid
