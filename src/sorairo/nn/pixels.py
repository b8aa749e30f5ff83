"""The one place where pixels become tensors and tensors become pixels.

A *clip* is uint8 frames with the channels last, as files and Pillow have them. A *video* is a float
tensor in [-1, 1] with the channels before time, as networks want it.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


def to_video(frames: np.ndarray, device: torch.device | None = None) -> Float[Tensor, "b 3 F H W"]:
    """Frames uint8 [F, H, W, 3] of one clip, or [b, F, H, W, 3] of several, as a video in float32,
    where 0 becomes -1 and 255 becomes 1. The bytes are moved to the `device`, not the floats."""
    pixels = torch.from_numpy(np.array(frames, order="C")).movedim(-1, -4)
    video = pixels.to(device).float() / 127.5 - 1
    return video if video.ndim == 5 else video[None]


def to_frames(video: Float[Tensor, "b 3 F H W"]) -> np.ndarray:
    """The reverse of `to_video`, rounded and clipped: uint8 [b, F, H, W, 3]."""
    pixels = ((video.float() + 1) * 127.5).clamp_(0, 255).round_().byte()
    return pixels.permute(0, 2, 3, 4, 1).contiguous().cpu().numpy()


def to_planes(picture: np.ndarray) -> Float[Tensor, "c H W"]:
    """A picture [H, W, c] of any numbers as float32 planes, its values unchanged."""
    return torch.from_numpy(np.ascontiguousarray(picture, np.float32)).permute(2, 0, 1)


def to_picture(planes: Float[Tensor, "c H W"]) -> np.ndarray:
    """The reverse of `to_planes`: float32 [H, W, c]."""
    return planes.permute(1, 2, 0).numpy()
