"""GELU as Wan has it, by the form that the device computes quickly."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class Gelu(nn.Module):
    """x Phi(x) by the tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415, section 2).

    In bfloat16 on a CPU it is computed by erf, exactly: torch's kernel for tanh takes four times as
    long there, and the two differ by less than bfloat16 rounds.
    """

    def forward(self, x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        by_erf = x.dtype == torch.bfloat16 and x.device.type == "cpu"
        return F.gelu(x, approximate="none" if by_erf else "tanh")
