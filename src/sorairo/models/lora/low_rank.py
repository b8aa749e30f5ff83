"""Low-rank changes of a network's linear layers (Hu et al., "LoRA", arXiv 2106.09685): trained
while its own weights stay as they are, and written as a file that `sorairo.models.lora` merges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class LowRankLinear(nn.Module):
    """A frozen linear layer, with a change `up @ down` of its weight that is zero at first."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) * linear.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.changed = True

    def forward(self, x: Float[Tensor, "... i"]) -> Float[Tensor, "... o"]:
        out = self.linear(x)
        return out + F.linear(F.linear(x, self.down), self.up) if self.changed else out


def add_low_rank(network: nn.Module, rank: int) -> None:
    """Freezes a network and puts a `LowRankLinear` in the place of each of its linear layers. The
    rank is at most a quarter of the smaller side of a weight."""
    network.requires_grad_(False)
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.Linear):
            owner, _, last = name.rpartition(".")
            least = min(module.in_features, module.out_features)
            layer = LowRankLinear(module, min(rank, max(1, least // 4)))
            setattr(network.get_submodule(owner), last, layer)


@contextmanager
def unchanged(network: nn.Module) -> Iterator[None]:
    """Computes with the network's own weights alone."""
    layers = [each for each in network.modules() if isinstance(each, LowRankLinear)]
    for layer in layers:
        layer.changed = False
    try:
        yield
    finally:
        for layer in layers:
            layer.changed = True


def lora_tensors(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of a LoRA file in bfloat16, from the weights of a network with `LowRankLinear`
    layers. Names lose the `prefix`."""
    found = {}
    for name, value in weights.items():
        module, _, part = name.removeprefix(prefix).rpartition(".")
        if name.startswith(prefix) and part in ("up", "down"):
            letter = {"down": "A", "up": "B"}[part]
            found[f"{module}.lora_{letter}.weight"] = value.to(torch.bfloat16).contiguous()
    return found
