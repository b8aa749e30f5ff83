"""Noise levels: which to sample at, and which to train at."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def shift(sigma: Float[Tensor, "..."], factor: float) -> Float[Tensor, "..."]:
    """Moves levels towards noise: factor s / (1 + (factor - 1) s) (Esser et al., arXiv 2403.03206,
    equation 23)."""
    return factor * sigma / (1 + (factor - 1) * sigma)


def sampling_sigmas(steps: int, factor: float = 3.0) -> Float[Tensor, "{steps}+1"]:
    """`steps + 1` shifted levels from 1 down to 0, float64."""
    return shift(torch.linspace(1, 0, steps + 1, dtype=torch.float64), factor)


def training_sigmas(
    count: int, generator: torch.Generator, *, factor: float = 1.0, spread: float = 1.0
) -> Float[Tensor, "{count}"]:
    """Logit-normal levels (Esser et al., section 3.1), shifted."""
    return shift(torch.sigmoid(spread * torch.randn(count, generator=generator)), factor)
