"""Which device to compute on, in which number format, and its cached memory."""

from __future__ import annotations

import torch

from sorairo.errors import RequestError

_AMPERE = (8, 0)  # the first compute capability with bfloat16 instructions (A100, RTX 30)


def compute_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device has instructions for it, else float32 (emulation is far slower)."""
    if device.type == "cpu":
        fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
        return torch.bfloat16 if fast else torch.float32
    if device.type == "cuda" and not torch.version.hip:
        # torch.cuda.is_bf16_supported() counts emulation too, and asks the current device.
        return (
            torch.bfloat16 if torch.cuda.get_device_capability(device) >= _AMPERE else torch.float32
        )
    return torch.bfloat16


def choose_device(name: str | None) -> torch.device:
    """The device of that name; for None a CUDA GPU if there is one, else the CPU.

    Raises RequestError for a device that cannot be used.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        float(torch.zeros(1, device=device))  # the device "meta" has no numbers
    except (RuntimeError, AssertionError) as error:
        raise RequestError(
            f"The device '{name}' cannot be used here; choose {' or '.join(usable_devices())},"
            " or leave it out."
        ) from error
    return device


def usable_devices() -> list[str]:
    """The kinds of devices that this machine has and torch can compute on. A GPU of AMD (ROCm) is a
    "cuda" as well."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return ["cpu", *(name for name, found in there.items() if found)]


def release_cached_memory(device: torch.device) -> None:
    """Returns what torch keeps for later tensors to the device; on a CPU it keeps nothing."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
