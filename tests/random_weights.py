"""Random weights for tests. Networks start with zeros in their last layers, which would make many
tests trivial."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)
MOST = 4_194_301  # different values of a parameter, a prime: no two rows of a matrix are the same


def randomise(network: Network, seed: int = 0, scale: float = 1.0) -> Network:
    """Every parameter random and none zero, about as large as makes activations of order one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in network.named_parameters():
            fan_in = max(1, p[0].numel()) if p.ndim >= 2 else 4
            p.copy_(_normal(p.shape, generator) * scale * fan_in**-0.5)
            if "norm" in name and name.endswith("weight"):
                p.add_(1)
    return network.eval()


def _normal(shape: torch.Size, generator: torch.Generator) -> torch.Tensor:
    """Normal numbers; those of a very wide layer repeat, as to draw them takes seconds."""
    if shape.numel() <= MOST:
        return torch.randn(shape, generator=generator)
    drawn = torch.randn(MOST, generator=generator)
    return drawn.repeat(-(-shape.numel() // MOST))[: shape.numel()].view(shape)
