"""The protocol of a training objective: draws batches and computes the loss of a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn


@runtime_checkable
class Objective(Protocol):
    """Draws batches and computes the loss of a network on them."""

    @property
    def network(self) -> nn.Module:
        """The network that is trained."""
        ...

    def draw(self, step: int, rng: np.random.Generator) -> Any:
        """The batch of a step, on the CPU. It depends only on the step and `rng`, so that other
        processes can draw it ahead."""
        ...

    def loss(
        self, batch: Any, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        """The loss of a batch, with noise drawn from `generator`, and other measured values. Those
        may be tensors: they are read only when they are logged. "flop" is the cost of the step."""
        ...

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Writes a PNG that shows what the network with the averaged weights `ema` does; returns
        values for the journal."""
        ...
