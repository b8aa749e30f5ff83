"""Fits a preview map to a codec by ridge regression: from the latents of clips to their frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from sorairo.models.latent_law import LatentLaw
from sorairo.models.preview.preview_map import KERNEL, PreviewMap
from sorairo.models.preview.synthetic_clips import synthetic_clip
from sorairo.models.protocols import VideoCodec
from sorairo.nn.pixels import to_video

CLIPS, LATENT_FRAMES, LATENT_SIDE = 20, 2, 12  # of the synthetic clips
RIDGE = 1e-3  # times the number of samples, added to the variance of every feature


def fit_preview(
    codec: VideoCodec,
    device: torch.device,
    clips: Iterable[np.ndarray] | None = None,
) -> PreviewMap:
    """The best linear map from a codec's latents to small frames, by ridge regression (Hoerl and
    Kennard, 1970).

    Previews have half the canvas's width and height. `clips` are uint8 [F, H, W, 3] with F of
    `law.coded_frames` and sides of multiples of `law.space_factor`; None: synthetic ones.
    """
    law = codec.law
    scale = max(1, law.space_factor // 2)
    features = law.channels * KERNEL**2 + 1
    squares = torch.zeros(features, features, dtype=torch.float64)
    products = torch.zeros(features, 3 * scale**2, dtype=torch.float64)
    count = 0
    with torch.inference_mode():
        for frames in clips if clips is not None else _synthetic(law):
            video = to_video(frames)
            latents = codec.encode(video.to(device))[0].float().cpu()
            x, y = _features(latents), _targets(video[0], law, scale)
            squares += x.T @ x
            products += x.T @ y
            count += len(x)
    ridge = torch.full((features,), RIDGE * count, dtype=torch.float64)
    ridge[-1] = 0  # the bias
    solution = torch.linalg.solve(squares + ridge.diag(), products)
    weight = solution[:-1].T.reshape(-1, law.channels, KERNEL, KERNEL)
    return PreviewMap(
        weight=weight.float().contiguous(), bias=solution[-1].float().contiguous(), scale=scale
    )


def _synthetic(law: LatentLaw) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    num_frames, side = law.coded_frames(LATENT_FRAMES), LATENT_SIDE * law.space_factor
    return (synthetic_clip(rng, num_frames, side) for _ in range(CLIPS))


def _features(latents: Float[Tensor, "c f h w"]) -> Float[Tensor, "n features"]:
    """The neighbourhood of every latent pixel, and 1."""
    padded = F.pad(latents.transpose(0, 1), (KERNEL // 2,) * 4, mode="replicate")
    patches = F.unfold(padded, KERNEL).transpose(1, 2).flatten(0, 1).double()
    return torch.cat([patches, torch.ones(len(patches), 1, dtype=torch.float64)], dim=1)


def _targets(
    video: Float[Tensor, "3 F H W"], law: LatentLaw, scale: int
) -> Float[Tensor, "n colours"]:
    """The mean frame of every latent frame at the preview's size, as the pixels of each latent
    pixel."""
    first, later = video[:, : law.first_frames], video[:, law.first_frames :]
    groups = [first.mean(1, keepdim=True), later.unflatten(1, (-1, law.time_factor)).mean(2)]
    means = torch.cat(groups, dim=1).transpose(0, 1)
    small = F.avg_pool2d(means, law.space_factor // scale)
    return F.pixel_unshuffle(small, scale).flatten(2).transpose(1, 2).flatten(0, 1).double()
