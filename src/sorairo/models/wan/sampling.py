"""The schedule, guidance and timesteps of Wan (official code, `wan/utils/fm_solvers_unipc.py`)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.flow.guidance import Guidance
from sorairo.flow.schedules import shift
from sorairo.models.wan.variants import Variant

TOP = 0.999  # the highest noise level before the shift
TIMESTEPS = 1000
ROUNDING = 5e-5  # float32 noise levels are that far off a timestep, at most


def official_sigmas(steps: int, factor: float) -> Float[Tensor, "{steps}+1"]:
    """`steps` shifted levels from TOP downwards, then 0, float64."""
    levels = torch.linspace(TOP, 0, steps + 1, dtype=torch.float64)
    return shift(levels, factor)


def timesteps(sigma: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """What the networks take for a noise level: the integer part of 1000 sigma, float32. Computed
    in float64, which the device of `sigma` has to have: a CPU does."""
    return (sigma.double() * TIMESTEPS + ROUNDING).floor().float()


@dataclass(frozen=True, kw_only=True)
class WanSampling:
    """The sampling defaults of a variant (`protocols.SamplingDefaults`)."""

    variant: Variant
    solver: str = "unipc"

    @property
    def steps(self) -> int:
        return self.variant.steps

    def sigmas(self, steps: int | None) -> Float[Tensor, "levels"]:
        """The schedule of `steps` steps (None: the official number)."""
        return official_sigmas(steps or self.steps, self.variant.shift)

    def guidance_of(self, scale: float | None) -> Guidance:
        """Guidance of a scale at all levels. None: the official scales, which differ between the
        two experts."""
        high, low = self.variant.guidance if scale is None else (scale, scale)
        if high == low:
            return Guidance(scale=high)
        return Guidance(scale=high, below=(self.variant.boundary - 1e-6, low))
