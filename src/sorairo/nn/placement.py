"""Weights that rest in host memory and are on a device only while they are used, block by block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

Slot = tuple[dict[str, Any], str]
"""Where a module holds a tensor, and under which name."""


class StreamedBlocks(nn.ModuleList):
    """The blocks of a network that is larger than the memory of its device.

    The weights rest in host memory, pinned where the device is a GPU. Going through the blocks puts
    the weights of each on the device for its turn, and copies those of the next one meanwhile: at
    most two blocks are there, beside those that stay (`kept`, by number). The resting weights do
    not change.
    """

    def __init__(
        self, blocks: Iterable[nn.Module], device: torch.device, kept: Collection[int] = ()
    ) -> None:
        super().__init__(blocks)
        self._device = device
        self._streamed = [index for index in range(len(self)) if index not in kept]
        for index, block in enumerate(super().__iter__()):
            if index in kept:
                block.to(device)
            elif device.type == "cuda":
                _pin(block)

    def __iter__(self) -> Iterator[nn.Module]:
        """Each block, with its weights on the device until the next one is asked for."""
        blocks = list(super().__iter__())
        following = dict(zip([-1, *self._streamed], self._streamed, strict=False))
        copier, ready = _Copier(self._device), []
        for index, block in enumerate(blocks):
            if index not in following.values():
                yield block
                continue
            with _in_place(block, ready or copier.start(block)):
                ready = []
                copier.wait()
                yield block
                if index in following:  # it is copied while the device computes this block
                    ready = copier.start(blocks[following[index]])
                copier.finish()


def bytes_of(network: nn.Module) -> int:
    """The memory of a network's weights, each tensor once."""
    tensors = {id(t): t for t in (*network.parameters(), *network.buffers())}
    return sum(map(_bytes, tensors.values()))


def _bytes(tensor: Tensor) -> int:
    if parts := _parts(tensor):
        return sum(map(_bytes, parts.values()))
    return tensor.numel() * tensor.element_size()


def _copy(tensor: Tensor, device: torch.device) -> Tensor:
    """A copy on a device; from pinned memory without waiting for it."""
    if not (parts := _parts(tensor)):
        return tensor.to(device, non_blocking=True, copy=True)
    copies = {name: _copy(part, device) for name, part in parts.items()}
    context = tensor.__tensor_flatten__()[1]  # type: ignore[attr-defined]
    unflatten = type(tensor).__tensor_unflatten__  # type: ignore[attr-defined]
    return unflatten(copies, context, tensor.shape, tensor.stride())


def _parts(tensor: Tensor) -> dict[str, Tensor]:
    """The tensors that a quantised tensor of a library is made of; {} for a plain one."""
    flatten = getattr(tensor, "__tensor_flatten__", None)
    if flatten is None or type(tensor.data) is Tensor:
        return {}
    return {name: getattr(tensor, name) for name in flatten()[0]}


class _Copier:
    """Copies weights to a device; to a GPU in a stream of its own, beside the computation."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None

    def start(self, block: nn.Module) -> list[Tensor]:
        """The weights of a block on the device, which may not be used before `wait`."""
        resting = [held[name] for held, name in _slots(block)]
        if self._stream is None:
            return [_copy(each, self._device) for each in resting]
        with torch.cuda.stream(self._stream):
            return [_copy(each, self._device) for each in resting]

    def wait(self) -> None:
        """Lets the computation wait for what was copied."""
        if self._stream is not None:
            torch.cuda.current_stream(self._device).wait_stream(self._stream)

    def finish(self) -> None:
        """Waits until the computation is done, so that its weights can be given up."""
        if self._stream is not None:
            torch.cuda.current_stream(self._device).synchronize()


@contextmanager
def _in_place(block: nn.Module, weights: Sequence[Tensor]) -> Iterator[None]:
    """A block with other weights, for a time."""
    slots = list(_slots(block))
    resting = [held[name] for held, name in slots]
    try:
        for (held, name), old, new in zip(slots, resting, weights, strict=True):
            is_parameter = isinstance(old, nn.Parameter)
            held[name] = nn.Parameter(new, requires_grad=False) if is_parameter else new
        yield
    finally:
        for (held, name), old in zip(slots, resting, strict=True):
            held[name] = old


def _slots(block: nn.Module) -> Iterator[Slot]:
    for module in block.modules():
        for held in (module._parameters, module._buffers):
            yield from ((held, name) for name, tensor in held.items() if tensor is not None)


def _pin(block: nn.Module) -> None:
    """Puts weights into memory from which a GPU copies by itself; quantised tensors of libraries,
    which cannot be pinned, stay as they are."""
    for held, name in _slots(block):
        if not _parts(held[name]):
            held[name].data = held[name].data.pin_memory()
