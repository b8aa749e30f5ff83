"""Between frames and latents, group by group, as a draft lays them out."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.output.deflicker import steady
from sorairo.generation.output.seams import meet
from sorairo.generation.tasks.layout import CanvasLayout
from sorairo.models.codec import Codec
from sorairo.models.model import Model
from sorairo.nn.pixels import to_frames, to_video

AT_ONCE = 16  # latent frames decoded together
WARM_UP, WARM_DOWN = 3, 2  # latent frames seen before the first of a cycle and after the last


def encode_groups(
    codec: Codec, frames: np.ndarray, device: torch.device, dtype: torch.dtype
) -> Tensor:
    """Latents [c, f, h, w] of frames uint8 [4 f, H, W, 3]."""
    return codec.encode(to_video(frames, device).to(dtype))[0].float().cpu()


def decode_groups(
    codec: Codec, latents: Tensor, device: torch.device, dtype: torch.dtype
) -> np.ndarray:
    """Frames uint8 [4 f, H, W, 3] of latents [c, f, h, w], the decoder beginning anew; in pieces,
    so that a long clip needs no more memory than a short one."""
    state = {}
    parts = latents.split(AT_ONCE, dim=1)
    videos = (codec.decode(part[None].to(device, dtype), state) for part in parts)
    return np.concatenate([to_frames(video)[0] for video in videos])


def decode_layout(
    model: Model, layout: CanvasLayout, latents: Tensor, device: torch.device, dtype: torch.dtype
) -> np.ndarray:
    """The draft's frames, shot by shot, uint8 [num_frames, H, W, 3]."""
    codec, steadier = model.codec, model.steadier
    size, groups = layout.spec.group, layout.groups()
    if layout.cyclic:
        f = latents.shape[1]
        turned = [i % f for i in range(-WARM_UP, f + WARM_DOWN)]  # of a short one some twice
        frames = decode_groups(codec, latents[:, turned], device, dtype)
        frames = steady(steadier, frames, group=size, first=0)
        return frames[WARM_UP * size : -WARM_DOWN * size]
    parts = []
    ends = (*layout.shots[1:], layout.num_frames)
    for shot, (start, end) in enumerate(zip(layout.shots, ends, strict=True)):
        mine = [i for i, group in enumerate(groups) if group.shot == shot]
        frames = decode_groups(codec, latents[:, mine], device, dtype)
        skipped = start - groups[mine[0]].first
        frames = frames[skipped : skipped + end - start].copy()
        decoded, exact = frames.copy(), lay_given(layout, frames, start)
        frames = meet(frames, decoded, exact)
        parts.append(steady(steadier, frames, group=size, first=skipped, exact=exact))
    return np.concatenate(parts)


def lay_given(layout: CanvasLayout, frames: np.ndarray, start: int) -> np.ndarray:
    """Puts what the draft keeps as it is in the place of what the codec made of it; which of the
    frames from `start` on that are, [n]."""
    exact = np.zeros(len(frames), bool)
    for given in layout.given:
        if given.strength or given.region is not None:
            continue
        low, high = (
            max(given.first, start),
            min(given.first + len(given.frames), start + len(exact)),
        )
        if low < high:
            frames[low - start : high - start] = given.frames[
                low - given.first : high - given.first
            ]
            exact[low - start : high - start] = True
    return exact


def begun_calmly(frames: np.ndarray, latents: Tensor, group: int) -> tuple[np.ndarray, Tensor]:
    """A cycle's frames [n, H, W, 3] and latents [c, f, h, w], turned by whole groups so that least
    changes in the middle of the first one: there it will begin, for players show it as a seam."""
    middle = frames[group // 2 - 1 :: group], frames[group // 2 :: group]
    pairs = zip(*middle, strict=True)
    first = int(np.argmin([np.abs(a.astype(np.int16) - b).mean() for a, b in pairs]))
    return np.roll(frames, -first * group, axis=0), latents.roll(-first, dims=1)
