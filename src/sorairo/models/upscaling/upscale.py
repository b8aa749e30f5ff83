"""From the model's native size and rate to any other.

The learned upscaler makes frames four times as large and twice as many; a filter resizes them, and
the frame that is due is shown at each time. Clips of any length are processed in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from sorairo.interruption import check_interrupted
from sorairo.models.protocols import OnFrames
from sorairo.models.upscaling.upscaler import Upscaler, halfway, interleave
from sorairo.nn.pixels import to_frames, to_video
from sorairo.video import Clip
from sorairo.video.ordered_tasks import ordered_tasks

PIECE = 2 * 96 * 96  # native pixels in a piece: 2 frames of the shipped model, 100 MB


def upscale(
    upscaler: Upscaler,
    frames: np.ndarray,
    *,
    fps: float,
    width: int,
    height: int,
    fps_out: float,
    num_frames: int | None = None,
    on_frames: OnFrames | None = None,
) -> np.ndarray:
    """Native frames (uint8 [F, H, W, 3] at `fps`) at `width` x `height` and `fps_out`.

    Frame k shows the last frame that has begun at time k / `fps_out`, of twice as many frames if
    `fps_out` is more than `fps`. Other aspect ratios are cropped in the middle. The clip has the
    same duration, or `num_frames`. `on_frames` is called with the number of native frames done; an
    exception that it raises stops the work. While the network computes a piece, the one before is
    resized in another thread.
    """
    if num_frames is None:
        num_frames = max(1, round(len(frames) / fps * fps_out))
    doubled = fps_out > fps and len(frames) > 1
    rate, count = (2 * fps, 2 * len(frames) - 1) if doubled else (fps, len(frames))
    due = np.minimum(np.floor(np.arange(num_frames) / fps_out * rate + 1e-6).astype(int), count - 1)
    if not doubled and width <= frames.shape[2] and height <= frames.shape[1]:
        return Clip(frames=np.ascontiguousarray(frames[due]), fps=fps_out).fit(width, height).frames
    out = np.empty((num_frames, height, width, 3), np.uint8)

    def resize(large: np.ndarray, first: int) -> None:
        shown = np.flatnonzero((due >= first) & (due < first + len(large)))
        needed, places = np.unique(due[shown] - first, return_inverse=True)
        if len(needed):
            out[shown] = Clip(frames=large[needed], fps=fps_out).fit(width, height).frames[places]

    first = 0
    with ordered_tasks() as run:
        for large in enlarge(upscaler, frames, doubled=doubled):
            run(resize, large, first)
            first += len(large)
            if on_frames:
                on_frames(-(-first * len(frames) // count))
    return out


@torch.inference_mode()
def enlarge(
    upscaler: Upscaler, frames: np.ndarray, *, doubled: bool, piece: int | None = None
) -> Iterator[np.ndarray]:
    """Pieces, in order, of uint8 [F, 4H, 4W, 3], or of the 2F - 1 frames of twice the rate.

    `piece` is the number of native frames in a piece; the result does not depend on it.
    """
    step = piece or max(1, PIECE // (frames.shape[1] * frames.shape[2]))
    padded = np.concatenate([frames[:1], frames, frames[-1:]])
    device = next(upscaler.parameters()).device
    last: tuple[Tensor, Tensor] | None = None
    for start in range(0, len(frames), step):
        check_interrupted()
        video = to_video(padded[start : start + step + 2], device)
        large, turns = upscaler.sharpen(video)
        if not doubled:
            yield to_frames(large)[0]
            continue
        if last is None:
            yield to_frames(interleave(large, halfway(large, turns[:, :, :-1])))[0]
        else:
            whole, before = (torch.cat(pair, 2) for pair in zip(last, (large, turns), strict=True))
            both = interleave(whole, halfway(whole, before[:, :, :-1]))
            yield to_frames(both[:, :, 1:])[0]
        last = large[:, :, -1:], turns[:, :, -1:]
