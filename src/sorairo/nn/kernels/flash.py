"""FlashAttention 3 or 2 (Shah et al., arXiv 2407.08608; Dao, arXiv 2307.08691), where a package of
it is installed and the GPU is one of those that it is made for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from sorairo.nn.kernels.choice import may_replace_torch

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From queries, keys and values, [b, n, heads, d] each, to [b, n, heads, d]."""

PACKAGES: dict[str, tuple[int, ...]] = {"flash_attn_interface": (9,), "flash_attn": (8, 9)}
"""FlashAttention 3, then 2: the modules, with the generations of NVIDIA's GPUs (the major number of
the compute capability) that each is used on."""
FORMATS = (torch.float16, torch.bfloat16)
WIDEST = 256  # numbers of a head


def flash_attention(q: Tensor, k: Tensor, v: Tensor) -> Attend | None:
    """What computes attention of these queries to these keys; None: torch does."""
    if not generation(q.device) or not q.dtype == k.dtype == v.dtype or not may_replace_torch():
        return None
    name = chosen(generation(q.device), q.dtype, q.shape[-1])
    return None if name is None else installed(name)


def chosen(gpu: int, dtype: torch.dtype, head_dim: int) -> str | None:
    """The installed module to use on a generation of GPUs, for tokens of a format, and heads of
    that width; None if there is none."""
    if dtype not in FORMATS or head_dim > WIDEST or head_dim % 8:
        return None
    fitting = (name for name, generations in PACKAGES.items() if gpu in generations)
    return next((name for name in fitting if installed(name) is not None), None)


def generation(device: torch.device) -> int:
    """The generation of an NVIDIA GPU: 8 for A100 and RTX 30 and 40, 9 for H100. 0 for other
    devices."""
    if device.type != "cuda" or torch.version.hip:
        return 0
    return torch.cuda.get_device_capability(device)[0]


@lru_cache(maxsize=16)
def installed(name: str) -> Attend | None:
    """The function of a module; None if it is not installed, or was built for another torch."""
    try:
        function: Any = importlib.import_module(name).flash_attn_func
    except (ImportError, OSError, RuntimeError, AttributeError):
        return None

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        found = function(q, k, v)
        return found[0] if isinstance(found, tuple) else found  # early versions add log-sums

    return attend
