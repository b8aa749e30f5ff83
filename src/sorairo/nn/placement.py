"""Weights that rest in host memory and are on a device only while they are used, block by block."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

PIECE, ALIGNMENT = 30, 256  # of pinned memory: the largest piece, as a power of 2; bytes
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
        held = list(super().__iter__())
        for index in kept:
            held[index].to(device)
        if device.type == "cuda":
            pin([held[index] for index in self._streamed])

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


def _pinned(count: int) -> Tensor:
    return torch.empty(count, dtype=torch.uint8, pin_memory=True)


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


def pin(blocks: Sequence[nn.Module], allocate: Callable[[int], Tensor] = _pinned) -> None:
    """Puts weights into memory from which a GPU copies by itself; quantised tensors of libraries,
    which cannot be pinned, stay as they are. `allocate` gives so many bytes of such memory."""
    slots = [slot for block in blocks for slot in _slots(block)]
    tensors = [held[name] for held, name in slots if not _parts(held[name])]
    memory = _Pieces(sum(map(_room, tensors)), allocate)
    for tensor in tensors:
        tensor.data = memory.copy(tensor.data)


class _Pieces:
    """Memory in pieces whose sizes are powers of two. torch rounds pinned memory up to these, so
    that a weight on its own would take up to twice its size: 268 MB in place of 142 for a
    feed-forward layer of 14B."""

    def __init__(self, needed: int, allocate: Callable[[int], Tensor]) -> None:
        self._left, self._allocate = needed, allocate
        self._free: list[Tensor] = []  # what is free at the end of each piece

    def copy(self, tensor: Tensor) -> Tensor:
        """A copy of a tensor in this memory."""
        size = _room(tensor)
        place = next((i for i, each in enumerate(self._free) if len(each) >= size), None)
        if place is None:
            least, wanted = (size - 1).bit_length(), min(PIECE, self._left.bit_length() - 1)
            self._free.append(self._allocate(2 ** max(least, wanted)))
            place = len(self._free) - 1
        piece, self._free[place] = self._free[place].split([size, len(self._free[place]) - size])
        self._left -= size
        found = piece[: _bytes(tensor)].view(tensor.dtype).view(tensor.shape)
        return found.copy_(tensor)


def _room(tensor: Tensor) -> int:
    """The bytes of a tensor, so that the next one begins where every format may."""
    return -(-max(1, _bytes(tensor)) // ALIGNMENT) * ALIGNMENT
