"""How a draft is sampled: velocities are taken again where they hardly change."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from sorairo.flow.reuse import Reuse
from sorairo.generation.settings import DRAFT, FIRST_SHARE, LEAST_STEPS

TOLERANCE = 0.1  # relative change of a velocity that is taken again; see docs/log.md, 2026-11-30


def reuse_of(quality: str, sigmas: Float[Tensor, "sigmas"]) -> Reuse | None:
    """When velocities of a schedule are taken again; None: all are computed."""
    steps = len(sigmas) - 1
    if quality != DRAFT or steps < LEAST_STEPS:
        return None
    return Reuse(tolerance=TOLERANCE, below=float(sigmas[max(2, round(FIRST_SHARE * steps))]))
