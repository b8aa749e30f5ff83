"""Making networks whose weights are loaded afterwards, without initialising them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

_FILLS = {Tensor.normal_, Tensor.uniform_, Tensor.zero_, Tensor.fill_}


class _SkipInit(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in _FILLS or getattr(func, "__module__", None) == nn.init.__name__:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


@contextmanager
def on_meta_device() -> Iterator[None]:
    """Modules made in this context have parameters and buffers without memory or values, on the
    device "meta". Load all of them with `load_state_dict(..., assign=True)`.

    Initialising such tensors would do nothing but import `torch._dynamo`, which takes as long as
    importing torch.
    """
    with torch.device("meta"), _SkipInit():
        yield
