"""Where the keys of a LoRA belong: the networks of a model that it may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, runtime_checkable

from torch import Tensor, nn

from sorairo.models.lora.beside import fixed_layer, weight_shape
from sorairo.models.lora.files import ModuleChange

Part = Literal["", "high", "low"]
"""Which of two networks a file is for: that of high noise, or that of low noise."""


def same(name: str) -> str | None:
    """The naming of a network whose files have the names of its modules."""
    return name


def as_stored(_name: str, tensor: Tensor) -> Tensor:
    """The layout of a network that is stored as it is computed."""
    return tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class LoraTarget:
    """A network that a LoRA may change."""

    network: nn.Module
    part: Part = ""
    namings: tuple[Callable[[str], str | None], ...] = (same,)
    """From names of modules in files to those of the network; None for names that mean nothing."""
    file_names: tuple[Callable[[str], str | None], ...] = (same,)
    """The reverse, for names that are written with underscores."""
    into_network: Callable[[str, Tensor], Tensor] = as_stored
    """The change of a parameter, by its name in the network, in the network's layout."""

    def module_of(self, change: ModuleChange) -> str | None:
        """The name of the module that a change is for; None if the network has none."""
        if change.underscored:
            return self._underscored.get(change.module)
        for naming in self.namings:
            name = naming(change.module)
            if name is not None and (name in self._modules or name in self._parameters):
                return name
        return None

    def parameter(self, name: str) -> nn.Parameter | None:
        """A parameter of the network that can be changed in place."""
        return None if self.fixed(name) is not None else self._parameters.get(name)

    def fixed(self, name: str) -> nn.Module | None:
        """The layer of a weight that cannot be changed in place, because it is stored in few
        bits."""
        stem = name.rpartition(".")[0]
        return fixed_layer(self.network, name) if stem in self._modules else None

    def linear(self, name: str) -> nn.Module | None:
        """The linear layer of a weight; None for another parameter."""
        stem, _, last = name.rpartition(".")
        layer = self.network.get_submodule(stem) if stem in self._modules else None
        return layer if last == "weight" and isinstance(layer, nn.Linear) else None

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a weight or another parameter; None if the network has none."""
        layer = self.fixed(name)
        if layer is not None:
            return tuple(weight_shape(layer))
        found = self._parameters.get(name)
        return None if found is None else tuple(found.shape)

    @cached_property
    def _modules(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.network.named_modules())

    @cached_property
    def _parameters(self) -> dict[str, nn.Parameter]:
        return dict(self.network.named_parameters())

    @cached_property
    def _underscored(self) -> dict[str, str]:
        names = (*self._modules, *self._parameters)
        written = [(naming(name), name) for name in names for naming in self.file_names]
        return {other.replace(".", "_"): name for other, name in written if other}


@runtime_checkable
class TakesLoras(Protocol):
    """A model whose networks LoRAs may change."""

    def lora_targets(self) -> tuple[LoraTarget, ...]:
        """Its networks, that of high noise first."""
        ...
