"""Classifier-free guidance (Ho and Salimans, arXiv 2207.12598, equation 6, with scale = 1 + w)."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor


def guide(
    conditional: Float[Tensor, "..."], unconditional: Float[Tensor, "..."], scale: float
) -> Float[Tensor, "..."]:
    """Away from the unconditional velocity; scale 1 is the conditional one itself."""
    return unconditional + scale * (conditional - unconditional)
