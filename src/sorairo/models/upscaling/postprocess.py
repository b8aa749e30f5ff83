"""Removes the flicker that our codec leaves in decoded frames.

A latent frame is decoded into four frames without a view of the next latent frame, so the codec's
errors change from one group of four frames to the next: still surfaces flicker, and slow changes (a
fade, a moving shadow) become steps of four frames. The model's deflicker network removes most of
it. Two filters follow, each gated by how much is left to correct.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.interruption import check_interrupted
from sorairo.models.deflicker import Deflicker
from sorairo.nn.pixels import to_frames, to_video

PIECE = 64  # frames that the network takes at once
DAMPING = 0.85  # share of the frame before in a place that does not change
FLICKER = 8.0  # of 255: smaller differences between frames are taken for errors
STEP = 32.0  # of 255: smaller steps between groups are smoothed, larger ones are motion


def remove_flicker(
    network: Deflicker | None,
    frames: np.ndarray,
    *,
    group: int,
    first: int,
    exact: np.ndarray | None = None,
) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] without flicker and steps between groups.

    `group` is the number of frames in a latent frame, `first` the place of the first frame in its
    group, and `exact` [n] is True for given frames. A single frame is returned as it is.
    """
    if network is not None and len(frames) > 1:
        frames = apply_network(network, frames, first, exact)
    return apply_filters(frames, [0, *range(group - first % group, len(frames), group)])


def apply_network(
    network: Deflicker, frames: np.ndarray, first: int, exact: np.ndarray | None = None
) -> np.ndarray:
    """The frames corrected by the network, in pieces that see the frames beside them as far as the
    network reaches."""
    out, reach = frames.copy(), network.config.reach
    like = network.head.weight
    places = (torch.arange(len(frames)) + first) % network.config.group
    if exact is not None:
        places[torch.from_numpy(exact)] = network.config.exact
    for start in range(0, len(frames), PIECE):
        check_interrupted()
        end = min(start + PIECE, len(frames))
        seen = slice(max(0, start - reach), min(len(frames), end + reach))
        video = to_video(frames[seen], like.device)
        shown = to_frames(network(video, places[seen].to(like.device)))[0]
        out[start:end] = shown[start - seen.start : end - seen.start]
    return out


def apply_filters(frames: np.ndarray, starts: list[int]) -> np.ndarray:
    """Both filters on frames uint8 [n, H, W, 3] whose groups begin at `starts` (the first 0)."""
    return smooth_steps(damp_flicker(frames), starts)


def damp_flicker(frames: np.ndarray) -> np.ndarray:
    """A recursive filter in time, gated by the difference between frames: where a frame differs
    from the one before by no more than FLICKER, it keeps most of the one before."""
    out = torch.from_numpy(frames.copy())
    last = out[0].float()
    for i in range(1, len(out)):
        check_interrupted()
        now = out[i].float()
        change = _mean_3x3((now - last).abs().amax(-1))
        last = now + DAMPING * torch.exp(-(change / FLICKER).square()).unsqueeze(-1) * (last - now)
        out[i] = last.round().byte()
    return out.numpy()


def smooth_steps(frames: np.ndarray, starts: list[int]) -> np.ndarray:
    """Replaces a step between groups by a line from the middle of one group to the middle of the
    next, gated by the size of the step."""
    out = torch.from_numpy(frames.copy())
    ends = [*starts[1:], len(frames)]
    groups = [torch.from_numpy(frames[s:e]).float() for s, e in zip(starts, ends, strict=True)]
    middles = [(s + e - 1) / 2 for s, e in zip(starts, ends, strict=True)]
    for k, group in enumerate(groups):
        check_interrupted()
        slope = (group[-1] - group[0]) / max(1, len(group) - 1)
        for other, side in ((k - 1, -1), (k + 1, 1)):
            if not 0 <= other < len(groups):
                continue
            step = groups[other].mean(0) - group.mean(0)
            weight = torch.exp(-(_mean_3x3(step.abs().amax(-1)) / STEP).square()).unsqueeze(-1)
            missing = weight * (step / (middles[other] - middles[k]) - slope)
            for j in range(len(group)):
                away = starts[k] + j - middles[k]
                if away * side > 0:
                    shown = group[j] + missing * away
                    out[starts[k] + j] = shown.round().clamp(0, 255).byte()
    return out.numpy()


def _mean_3x3(values: Tensor) -> Tensor:
    """The mean over 3x3 pixels, [H, W]."""
    return F.avg_pool2d(values[None, None], 3, 1, 1, count_include_pad=False)[0, 0]
