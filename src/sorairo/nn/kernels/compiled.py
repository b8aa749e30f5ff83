"""Functions that are compiled for a GPU, each to a kernel that reads and writes tensors once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sorairo.nn.kernels.choice import may_replace_torch

LEAST = 2**24  # numbers; with fewer, a clip is done before compiling, which takes seconds, pays


class Fused:
    """A function of tensors, compiled by torch when it is first called with a large tensor on a
    CUDA GPU and without gradients; the plain function otherwise, and for good once compiling has
    failed."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        self.plain = function
        self._compiled: Callable[..., Tensor] | None = None
        self._failed = False

    def __call__(self, x: Tensor, *rest: Any) -> Tensor:
        if self._failed or not is_compiled_for(x):
            return self.plain(x, *rest)
        if self._compiled is None:
            self._compiled = torch.compile(self.plain, dynamic=True, fullgraph=True)
        try:
            return self._compiled(x, *rest)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # no compiler, no Triton, or one that does not know the GPU
            self._failed = True
            reason = str(error).strip().split("\n")[0][:200]
            logging.getLogger(__name__).warning("Kernels are not compiled: %s", reason)
            return self.plain(x, *rest)


def is_compiled_for(x: Tensor) -> bool:
    """Whether a function of this tensor and others is worth compiling."""
    large = x.device.type == "cuda" and x.numel() >= LEAST
    return large and not torch.is_grad_enabled() and may_replace_torch()
