"""Which number format a device computes in quickly."""

from __future__ import annotations

import torch


def compute_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device has instructions for it, else float32 (emulation is far slower)."""
    if device.type == "cpu":
        fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
        return torch.bfloat16 if fast else torch.float32
    if device.type == "cuda" and not torch.cuda.is_bf16_supported():
        return torch.float32
    return torch.bfloat16
