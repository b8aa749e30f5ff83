"""Random weights for tests. Networks start with zeros in their last layers, which would make many
tests trivial."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def randomise(network: Network, seed: int = 0, scale: float = 1.0) -> Network:
    """Every parameter random and none zero, about as large as makes activations of order one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in network.named_parameters():
            fan_in = max(1, p[0].numel()) if p.ndim >= 2 else 4
            p.copy_(torch.randn(p.shape, generator=generator) * scale * fan_in**-0.5)
            if "norm" in name and name.endswith("weight"):
                p.add_(1)
    return network.eval()
