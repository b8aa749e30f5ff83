"""Networks that rest in host memory and are on a device only while they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from sorairo.nn.precision import release_cached_memory


@contextmanager
def on_device(network: nn.Module, device: torch.device) -> Iterator[Callable[..., Any]]:
    """The network as a function of keyword arguments on a device, for the time of the block. What
    rests elsewhere is copied there, shared tensors once in all; the network does not change."""
    held = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    if all(each.device == device for each in held.values()):
        yield network
        return
    copies: dict[tuple[int, torch.Size], Tensor] = {}
    moved = {}
    for name, tensor in held.items():
        key = (tensor.data_ptr(), tensor.shape)
        if key not in copies:
            copies[key] = tensor.detach().to(device)
        moved[name] = copies[key]
    try:
        yield lambda **arguments: functional_call(network, moved, (), arguments)
    finally:
        copies.clear()
        moved.clear()
        release_cached_memory(device)


def rests_on_host(all_bytes: float, device: torch.device) -> bool:
    """Whether a network that is used once a request should rest in host memory: where all networks
    together would take more than half of the device's memory."""
    if device.type != "cuda":
        return False
    return all_bytes > torch.cuda.get_device_properties(device).total_memory / 2
