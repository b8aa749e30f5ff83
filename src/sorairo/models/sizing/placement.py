"""What is asked for when a model is loaded, and the machine that it is loaded on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import torch

from sorairo.models.sizing.host_memory import free_memory, usable_memory
from sorairo.models.sizing.machine import Machine
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.nn.rounding import Rounding, rounding_named


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What is asked for when a model is loaded."""

    device: torch.device
    """Where it computes."""
    offload: bool | None = None
    """Whether the weights of blocks rest in host memory and are copied to the device one block
    after another. None: only as many as do not fit on the device."""
    rounding: Rounding | None = None
    """The format that weights are rounded to; None: as they are stored."""
    rounds_text: bool = False
    """Whether the weights of the text encoder are rounded too, to int8: float8 has a quarter of its
    precision, and umT5's attention, which is not scaled, is sensitive to it."""


class LoadOptions(TypedDict, total=False):
    """Where and how a model is loaded, as commands and Python calls say it."""

    device: str | None
    """The torch device. Default: a GPU if there is one."""
    offload: bool | None
    """Whether the weights of a large model rest in host memory and are copied to the device block
    by block. Default: as many as do not fit there."""
    weights: str | None
    """"int8" or "fp8": the format that the weights of a large model are rounded to; "int8+text" or
    "fp8+text": those of its text encoder too, to int8. Default: as they are stored."""


def placement_of(
    device: str | None = None, offload: bool | None = None, weights: str | None = None
) -> Placement:
    """What options ask for. Raises RequestError for a device that cannot be used, and
    UnknownNameError."""
    rounding, rounds_text = rounding_named(weights)
    return Placement(
        device=choose_device(device), offload=offload, rounding=rounding, rounds_text=rounds_text
    )


def machine_of(device: torch.device, *, loaded: bool = False) -> Machine:
    """The machine with a device, as it is now, for a model that is not loaded yet, or for one that
    is `loaded` there."""
    number = compute_dtype(device).itemsize
    if device.type != "cuda":  # MPS computes in the host's memory
        host = usable_memory() if loaded else free_memory()
        return Machine(host=host, device=device.type, number=number)
    free, total = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return Machine(
        host=free_memory(),
        device=device.type,
        total=float(total),
        free=float(free + kept),
        number=number,
    )
