"""Merges LoRAs into the weights of a model, and takes them back exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from sorairo.errors import ModelError
from sorairo.models.lora.beside import Beside, weight_of
from sorairo.models.lora.choices import LoraChoice
from sorairo.models.lora.files import read_lora
from sorairo.models.lora.magnitudes import decomposed, spread
from sorairo.models.lora.places import Placed, place
from sorairo.models.lora.report import LoraReport
from sorairo.models.lora.targets import LoraTarget
from sorairo.models.sizing.host_memory import free_memory
from sorairo.models.sizing.machine import SPARE


class MergedLoras:
    """The LoRAs that are merged into networks at the moment.

    A changed parameter is computed in float32 and rounded once. Its original is kept in host memory
    and put back when other LoRAs are used, so that nothing of a LoRA remains. Weights that are
    stored in few bits are not changed: what a LoRA adds is computed beside them. So it is for the
    weights of all linear layers where the host has no memory for changed weights and originals.
    """

    def __init__(
        self, targets: Sequence[LoraTarget], free: Callable[[], float] = free_memory
    ) -> None:
        self.targets = tuple(targets)
        self._free = free  # bytes of the host's memory
        self._used: tuple[tuple[LoraChoice, int], ...] = ()
        self._reports: tuple[LoraReport, ...] = ()
        self._originals: dict[tuple[int, str], Tensor] = {}
        self._beside: list[RemovableHandle] = []

    def use(self, choices: Sequence[LoraChoice]) -> tuple[LoraReport, ...]:
        """Merges these LoRAs and no others. Raises ModelError for a file that does not fit (see
        `place`); then none is merged."""
        wanted = tuple((each, _changed_at(each.path)) for each in choices)
        if wanted == self._used:
            return self._reports
        files = [read_lora(each.path) for each in choices]
        contents = [place(file, self.targets) for file in files]
        placed = [each.placed for each in contents]
        self._restore()
        try:
            beside = not self._has_room(placed)
            sizes = self._merge([each.weight for each in choices], placed, beside=beside)
        except BaseException:
            self._restore()
            raise
        self._used = wanted
        self._reports = tuple(
            found.report(choice.weight, size, beside=beside)
            for found, choice, size in zip(contents, choices, sizes, strict=True)
        )
        return self._reports

    def _has_room(self, placed: Iterable[list[Placed]]) -> bool:
        """Whether the host's memory can hold each parameter that changes once more."""
        names = {(each.target, each.parameter) for found in placed for each in found}
        parameters = [self.targets[target].parameter(name) for target, name in names]
        needed = sum(each.numel() * each.element_size() for each in parameters if each is not None)
        return needed <= SPARE * self._free()

    def _merge(
        self, weights: Sequence[float], placed: Sequence[list[Placed]], *, beside: bool
    ) -> list[float]:
        """Merges, or adds linear layers' changes `beside` them, and returns the largest relative
        change by each file."""
        by_parameter: dict[tuple[int, str], list[tuple[int, Placed]]] = {}
        for number, found in enumerate(placed):
            for each in found:
                by_parameter.setdefault((each.target, each.parameter), []).append((number, each))
        largest = [0.0] * len(placed)
        for key, changes in by_parameter.items():
            target = self.targets[key[0]]
            thin = beside and all(each.change.down is not None for _, each in changes)
            layer = target.fixed(key[1]) or (target.linear(key[1]) if thin else None)
            if layer is not None:
                self._add_beside(layer, weights, changes, largest)
                continue
            parameter = self._parameter(changes[0][1])
            merged = parameter.data.float()
            size = float(merged.norm()) or 1.0
            for number, each in changes:
                delta = self._fitted(each, parameter)
                if delta is not None:
                    delta = self._with_magnitude(each, parameter.data.float(), delta)
                    merged = merged + weights[number] * delta
                    change = abs(weights[number]) * float(delta.norm()) / size
                    largest[number] = max(largest[number], change)
            if parameter.data.is_pinned():  # a GPU copies it from there, block by block
                self._originals[key] = parameter.data.clone()
                parameter.data.copy_(merged)
            else:
                self._originals[key] = parameter.data.to("cpu")
                parameter.data = merged.to(parameter.dtype)
        return largest

    def _add_beside(
        self,
        layer: nn.Module,
        weights: Sequence[float],
        changes: list[tuple[int, Placed]],
        largest: list[float],
    ) -> None:
        """Adds changes to the output of a layer whose weight stays as it is stored."""
        size = float(weight_of(layer).norm()) or 1.0
        factors: list[tuple[Tensor, Tensor | None]] = []
        for number, placed in changes:
            into = partial(self.targets[placed.target].into_network, placed.parameter)
            up, down = placed.change.factors()
            if placed.change.magnitude is not None:
                change = into(up if down is None else up @ down)
                up, down = self._with_magnitude(placed, weight_of(layer), change), None
            else:
                up = into(up)
            factors.append((weights[number] * up, down))
            change = up if down is None else up @ down
            largest[number] = max(
                largest[number], abs(weights[number]) * float(change.norm()) / size
            )
        self._beside.append(layer.register_forward_hook(Beside(factors=factors)))

    def _fitted(self, placed: Placed, parameter: Tensor) -> Tensor | None:
        """The change of a parameter in the layout of the network, on its device."""
        delta = _delta(placed)
        if delta is None:
            return None
        into = self.targets[placed.target].into_network
        return into(placed.parameter, delta.to(parameter.device)).reshape(parameter.shape)

    def _with_magnitude(self, placed: Placed, weight: Tensor, delta: Tensor) -> Tensor:
        """The change of a weight, which is `delta` where the file has no magnitudes for it."""
        magnitude = placed.change.magnitude
        if magnitude is None or placed.is_bias:
            return delta
        of_all = spread(magnitude, placed.change.weight_shape).to(delta.device)
        into = self.targets[placed.target].into_network
        lengths = into(placed.parameter, of_all).reshape(weight.shape)
        return decomposed(weight, delta.to(weight.device), lengths.to(weight.device), magnitude)

    def _parameter(self, placed: Placed) -> Tensor:
        found = self.targets[placed.target].parameter(placed.parameter)
        assert found is not None
        return found

    def _restore(self) -> None:
        for (target, name), original in self._originals.items():
            parameter = self.targets[target].parameter(name)
            assert parameter is not None
            if parameter.data.is_pinned():
                parameter.data.copy_(original)
            else:
                parameter.data = original.to(parameter.device)
        for hook in self._beside:
            hook.remove()
        self._originals, self._used, self._reports, self._beside = {}, (), (), []


def _delta(placed: Placed) -> Tensor | None:
    change = placed.change
    if placed.is_bias:
        return change.bias_change()
    return change.weight()


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
