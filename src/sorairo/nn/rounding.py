"""Weights rounded to int8 or float8 when they are loaded, by the library torchao: half the memory
of bfloat16."""

from __future__ import annotations

import logging
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn

from sorairo.errors import ModelError, unknown_name

Rounding = Literal["int8", "fp8"]
"""A number format that the weights of linear layers are rounded to, with a scale for each row."""
ROUNDINGS: tuple[str, ...] = get_args(Rounding)
WITH_TEXT = "+text"
"""What is added to a format's name where the text encoder is rounded too."""


def quieten() -> None:
    """Keeps torchao, which transformers imports where it is installed, from naming the kernels that
    it has not got on this machine."""
    for name in ("torchao", "torch.utils._pytree"):
        logging.getLogger(name).setLevel(logging.ERROR)


def rounding_named(name: str | None) -> tuple[Rounding | None, bool]:
    """The format of a name such as "int8" or "int8+text", and whether the text encoder is rounded
    too. Raises UnknownNameError."""
    if name is None:
        return None, False
    known = [each + end for each in ROUNDINGS for end in ("", WITH_TEXT)]
    if name not in known:
        raise unknown_name("format of weights", name, known)
    return cast("Rounding", name.removesuffix(WITH_TEXT)), name.endswith(WITH_TEXT)


def round_weights(network: nn.Module, rounding: Rounding) -> None:
    """Rounds the weights of the linear layers of a network, in place. Products are computed in the
    number format of what goes in. Raises ModelError without the library."""
    quieten()
    try:
        from torchao.quantization import Float8WeightOnlyConfig, Int8WeightOnlyConfig, quantize_
    except ImportError as error:
        raise ModelError(
            f"Weights in {rounding} need the library torchao: pip install 'sorairo[quantised]'."
        ) from error
    quantize_(network, Int8WeightOnlyConfig() if rounding == "int8" else Float8WeightOnlyConfig())


def is_rounded(weight: Tensor) -> bool:
    """Whether a weight is stored in a format that cannot be changed in place."""
    return hasattr(weight, "dequantize") and type(weight.data) is not Tensor


def whole(weight: Tensor) -> Tensor:
    """A weight as float32."""
    if not is_rounded(weight):
        return weight.float()
    found = weight.dequantize()  # type: ignore[operator]
    assert isinstance(found, torch.Tensor)
    return found.float()
