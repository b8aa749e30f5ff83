"""The Lanczos filter, as two matrix products; the same numbers as Pillow's."""

from __future__ import annotations

import functools

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

LOBES = 3


def lanczos(x: Float[Tensor, "n c H W"], factor: int) -> Float[Tensor, "n c H2 W2"]:
    """Pictures `factor` times larger, computed in single precision."""
    x = x.float()
    rows, columns = (lanczos_matrix(side, factor).to(x.device) for side in x.shape[2:])
    with torch.autocast(x.device.type, enabled=False):
        return rows @ (x @ columns.T)


@functools.lru_cache(maxsize=64)
def lanczos_matrix(side: int, factor: int) -> Float[Tensor, "large side"]:
    """The filter along one axis. At the ends, the weights that lie inside are scaled to sum to
    1."""
    places = (np.arange(factor * side) + 0.5) / factor - 0.5
    distance = places[:, None] - np.arange(side)[None]
    weights = np.sinc(distance) * np.sinc(distance / LOBES) * (np.abs(distance) < LOBES)
    return torch.from_numpy(weights / weights.sum(1, keepdims=True)).float()
