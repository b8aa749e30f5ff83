"""Noise levels: which to sample at, which to train at, and where an edit starts."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

Levels = TypeVar("Levels", float, np.ndarray, Tensor)

TOP = 0.95  # above it hardly anything of a clip can be seen: only its text helps
STRENGTH_SHIFT = 3.0  # strength is a place on the schedule, as the noise levels of sampling are


def shift(sigma: Levels, factor: float) -> Levels:
    """Moves levels towards noise: factor s / (1 + (factor - 1) s) (Esser et al., arXiv 2403.03206,
    equation 23)."""
    return factor * sigma / (1 + (factor - 1) * sigma)


def sampling_sigmas(steps: int, factor: float = 3.0) -> Float[Tensor, "{steps}+1"]:
    """`steps + 1` shifted levels from 1 down to 0, float64."""
    return shift(torch.linspace(1, 0, steps + 1, dtype=torch.float64), factor)


def strength_sigma(strength: float) -> float:
    """The level at which an edit of that strength starts."""
    return float(shift(torch.tensor(strength), STRENGTH_SHIFT))


def training_sigmas(
    rng: np.random.Generator,
    size: int | None = None,
    *,
    factor: float = 1.0,
    spread: float = 1.0,
    top: float = 0.0,
) -> np.ndarray | float:
    """Logit-normal levels (Esser et al., section 3.1), shifted: `size` of them, or one for None. A
    share `top` is uniform from TOP to 1 instead."""
    s = 1 / (1 + np.exp(-spread * rng.standard_normal(size)))
    sigmas = shift(s, factor)
    if not top:
        return sigmas
    return np.where(rng.random(size) < top, rng.uniform(TOP, 1.0, size), sigmas)
