"""Gaussian blur, which separates colour and light from detail."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from sorairo.nn.pixels import to_picture, to_planes


def gaussian_blur(picture: np.ndarray, deviation: float, reach: int) -> np.ndarray:
    """A picture [H, W, c] blurred with a standard deviation in pixels, as float32; the kernel ends
    `reach` pixels from its middle, and beyond the edges the picture is repeated."""
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / deviation).square())
    kernel = (kernel / kernel.sum()).float()
    planes = to_planes(picture)[:, None]
    planes = F.pad(planes, (0, 0, reach, reach), mode="replicate")
    planes = F.conv2d(planes, kernel[None, None, :, None])
    planes = F.pad(planes, (reach, reach, 0, 0), mode="replicate")
    return to_picture(F.conv2d(planes, kernel[None, None, None, :])[:, 0])


def blur_by_share(values: np.ndarray, share: float) -> np.ndarray:
    """[H, W, c] blurred with a standard deviation of a share of the shorter side."""
    deviation = share * min(values.shape[:2])
    return gaussian_blur(values, max(deviation, 0.3), reach=max(1, int(3 * deviation)))
