"""Classifier-free guidance (Ho and Salimans, arXiv 2207.12598, equation 6, with scale = 1 + w)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


def guide(
    conditional: Float[Tensor, "..."], unconditional: Float[Tensor, "..."], scale: float | Tensor
) -> Float[Tensor, "..."]:
    """The guided velocity: extrapolates from the unconditional to the conditional one (scale 1)."""
    return unconditional + scale * (conditional - unconditional)


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """The scale of classifier-free guidance at each noise level."""

    scale: float
    """1.0 is off."""
    interval: tuple[float, float] = (0.0, 1.0)
    """The lowest and the highest noise level that are guided, after Kynkaanniemi et al. (arXiv
    2404.07724); at other levels a step takes half the time."""
    below: tuple[float, float] | None = None
    """A noise level, and the scale of the levels below it; None: `scale` holds at all levels."""

    @property
    def needed(self) -> bool:
        """Whether any level is guided."""
        return self.scale != 1.0 or (self.below is not None and self.below[1] != 1.0)

    def at(self, sigma: float) -> float:
        """The scale at a noise level."""
        lowest, highest = self.interval
        if self.below is not None and sigma < self.below[0]:
            return self.below[1]
        return self.scale if lowest <= sigma <= highest else 1.0
