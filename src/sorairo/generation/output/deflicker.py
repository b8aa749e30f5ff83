"""What the codec's groups leave behind in time, taken out after decoding.

A latent frame holds four frames and knows nothing of the next. So the codec's errors change from
group to group: what stands still flickers, and what changes slowly (a fade, a moving shadow) goes
in stairs of four frames. The model's steadier takes out what it has learned to, and knows which
frames were given; then two filters follow, each gated by how much there is left.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.models.deflicker import Steadier
from sorairo.nn.pixels import to_frames, to_video

STEADIED = 64  # frames that the steadier sees together
KEPT, FLICKER = 0.85, 8.0  # share kept of the frame before; differences (of 255) that are errors
STAIR = 32.0  # differences between neighbouring groups that are stairs and not something moving


def steady(
    steadier: Steadier | None,
    frames: np.ndarray,
    *,
    group: int,
    first: int,
    exact: np.ndarray | None = None,
) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] without what the codec's groups of `group` frames leave behind;
    `first` is the place of the first frame in its group, and `exact` [n] says which are known
    exactly. A picture stays as it is."""
    if steadier is not None and len(frames) > 1:
        frames = learned(steadier, frames, first, exact)
    return filtered(frames, [0, *range(group - first % group, len(frames), group)])


def learned(
    steadier: Steadier, frames: np.ndarray, first: int, exact: np.ndarray | None = None
) -> np.ndarray:
    """What the steadier makes of them: in pieces, each with the neighbours that its frames can
    see."""
    out, reach = frames.copy(), steadier.config.reach
    like = steadier.head.weight
    places = (torch.arange(len(frames)) + first) % steadier.config.group
    if exact is not None:
        places[torch.from_numpy(exact)] = steadier.config.exact
    for start in range(0, len(frames), STEADIED):
        end = min(start + STEADIED, len(frames))
        seen = slice(max(0, start - reach), min(len(frames), end + reach))
        video = to_video(frames[seen], like.device)
        shown = to_frames(steadier(video, places[seen].to(like.device)))[0]
        out[start:end] = shown[start - seen.start : end - seen.start]
    return out


def filtered(frames: np.ndarray, starts: list[int]) -> np.ndarray:
    """Both filters on frames uint8 [n, H, W, 3] whose groups begin at `starts` (the first 0)."""
    return without_stairs(without_flicker(frames), starts)


def without_flicker(frames: np.ndarray) -> np.ndarray:
    """Where a frame differs from the one before by no more than errors do, it keeps most of that
    one: a recursive filter in time, gated by the difference."""
    out = torch.from_numpy(frames.copy())
    last = out[0].float()
    for i in range(1, len(out)):
        now = out[i].float()
        change = _around((now - last).abs().amax(-1))
        last = now + KEPT * torch.exp(-(change / FLICKER).square()).unsqueeze(-1) * (last - now)
        out[i] = last.round().byte()
    return out.numpy()


def without_stairs(frames: np.ndarray, starts: list[int]) -> np.ndarray:
    """Instead of a constant for each group and a step, a line from the middle of each group to the
    middle of the next; gated by the size of the step."""
    out = torch.from_numpy(frames.copy())
    ends = [*starts[1:], len(frames)]
    groups = [torch.from_numpy(frames[s:e]).float() for s, e in zip(starts, ends, strict=True)]
    middles = [(s + e - 1) / 2 for s, e in zip(starts, ends, strict=True)]
    for k, group in enumerate(groups):
        slope = (group[-1] - group[0]) / max(1, len(group) - 1)
        for other, side in ((k - 1, -1), (k + 1, 1)):
            if not 0 <= other < len(groups):
                continue
            step = groups[other].mean(0) - group.mean(0)
            weight = torch.exp(-(_around(step.abs().amax(-1)) / STAIR).square()).unsqueeze(-1)
            missing = weight * (step / (middles[other] - middles[k]) - slope)
            for j in range(len(group)):
                away = starts[k] + j - middles[k]
                if away * side > 0:
                    shown = group[j] + missing * away
                    out[starts[k] + j] = shown.round().clamp(0, 255).byte()
    return out.numpy()


def _around(values: Tensor) -> Tensor:
    """The mean over 3x3 pixels, [H, W]."""
    return F.avg_pool2d(values[None, None], 3, 1, 1, count_include_pad=False)[0, 0]
