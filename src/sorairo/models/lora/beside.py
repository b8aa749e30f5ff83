"""LoRAs for layers whose weights are stored in few bits: their change is added to the output of the
layer, so that the weights stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from sorairo.nn.packed import PackedMatrix
from sorairo.nn.rounding import is_rounded, whole


@dataclass(kw_only=True)
class Beside:
    """A hook that adds products with small matrices to what a layer gives."""

    factors: list[tuple[Tensor, Tensor | None]]
    """`up` and `down` of each change, whose product is the change of the weight; or the whole
    change, and None."""

    def __call__(self, _layer: nn.Module, given: tuple[Any, ...], output: Tensor) -> Tensor:
        (x,) = given
        self.factors = [  # moved once
            (up.to(x), None if down is None else down.to(x)) for up, down in self.factors
        ]
        for up, down in self.factors:
            output = output + F.linear(x if down is None else F.linear(x, down), up)
        return output


def fixed_layer(network: nn.Module, parameter: str) -> nn.Module | None:
    """The layer whose weight has that name, if the weight cannot be changed in place."""
    stem, _, last = parameter.rpartition(".")
    if last != "weight":
        return None
    layer = network.get_submodule(stem)
    if isinstance(layer, PackedMatrix):
        return layer
    weight = getattr(layer, "weight", None)
    return layer if isinstance(weight, Tensor) and is_rounded(weight) else None


def weight_of(layer: nn.Module) -> Tensor:
    """The weight of such a layer, float32."""
    weight = layer.weight
    assert isinstance(weight, Tensor)
    return whole(weight)


def weight_shape(layer: nn.Module) -> tuple[int, ...]:
    """Its shape."""
    if isinstance(layer, PackedMatrix):
        return layer.packed.shape
    assert isinstance(layer.weight, Tensor)
    return tuple(layer.weight.shape)
