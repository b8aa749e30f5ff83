"""The quantised formats of GGUF files, unpacked by torch on any device (ggml, `ggml-quants.c`).

A row of a matrix is a sequence of blocks of 32 or 256 numbers, and a block is its scales and its
numbers, packed. `gguf.quants.dequantize` is the reference, in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

Unpack = Callable[..., Tensor]


@dataclass(frozen=True)
class GgmlFormat:
    """How a block of a format is stored."""

    numbers: int
    """Numbers of a block."""
    fields: tuple[int, ...]
    """Bytes of its parts, in their order."""
    unpack: Unpack
    """From its parts, uint8 [n, bytes] each, to its numbers, float32 [n, numbers]."""

    @property
    def bytes(self) -> int:
        """Of a block."""
        return sum(self.fields)


def unpacked(kind: str, data: UInt8[Tensor, "rows bytes"]) -> Float[Tensor, "rows columns"]:
    """A matrix in one of FORMATS as float32."""
    form = FORMATS[kind]
    blocks = data.reshape(-1, form.bytes).split(form.fields, dim=1)
    return form.unpack(*blocks).view(data.shape[0], -1)


def _half(x: Tensor) -> Tensor:
    """Two bytes, a float16, as float32."""
    return x.contiguous().view(torch.float16).float()


def _signed(x: Tensor) -> Tensor:
    return x.contiguous().view(torch.int8).float()


def _bits(x: Tensor, width: int, chunk: int) -> Tensor:
    """Small numbers of `width` bits. Of each `chunk` of bytes first come the lowest bits of all
    its bytes, then the next ones."""
    shifts = torch.arange(0, 8, width, dtype=torch.uint8, device=x.device)[:, None]
    parts = x.unflatten(1, (-1, 1, chunk)) >> shifts
    return (parts & (2**width - 1)).flatten(1)


def _scaled(numbers: Tensor, scale: Tensor, offset: Tensor | None = None) -> Tensor:
    """Numbers times the scale of their group, less its offset; [n, groups] each."""
    groups = numbers.float().unflatten(1, (scale.shape[1], -1)) * scale[..., None]
    return (groups if offset is None else groups - offset[..., None]).flatten(1)


def _q8_0(d: Tensor, q: Tensor) -> Tensor:
    return _signed(q) * _half(d)


def _q4_0(d: Tensor, q: Tensor) -> Tensor:
    return (_bits(q, 4, 16).float() - 8) * _half(d)


def _q4_1(d: Tensor, m: Tensor, q: Tensor) -> Tensor:
    return _bits(q, 4, 16).float() * _half(d) + _half(m)


def _q5(high: Tensor, q: Tensor) -> Tensor:
    return (_bits(q, 4, 16) | (_bits(high, 1, 1) << 4)).float()


def _q5_0(d: Tensor, high: Tensor, q: Tensor) -> Tensor:
    return (_q5(high, q) - 16) * _half(d)


def _q5_1(d: Tensor, m: Tensor, high: Tensor, q: Tensor) -> Tensor:
    return _q5(high, q) * _half(d) + _half(m)


def _q2_k(scales: Tensor, q: Tensor, d: Tensor, m: Tensor) -> Tensor:
    scale, offset = _half(d) * (scales & 15), _half(m) * (scales >> 4)
    return _scaled(_bits(q, 2, 32), scale, offset)


def _q3_k(high: Tensor, q: Tensor, scales: Tensor, d: Tensor) -> Tensor:
    low, top = scales.split([8, 4], dim=1)
    scale = (_bits(low, 4, 8) | (_bits(top, 2, 4) << 4)).float() - 32
    numbers = _bits(q, 2, 32).float() - 4 * (1 - _bits(high, 1, 32).float())
    return _scaled(numbers, _half(d) * scale)


def _six_bits(scales: Tensor) -> tuple[Tensor, Tensor]:
    """Eight scales and eight offsets of six bits, in twelve bytes."""
    a, b, rest = scales.split(4, dim=1)
    scale = torch.cat([a & 63, (rest & 15) | ((a >> 2) & 48)], dim=1)
    offset = torch.cat([b & 63, (rest >> 4) | ((b >> 2) & 48)], dim=1)
    return scale, offset


def _q4_k(d: Tensor, m: Tensor, scales: Tensor, q: Tensor) -> Tensor:
    scale, offset = _six_bits(scales)
    return _scaled(_bits(q, 4, 32), _half(d) * scale, _half(m) * offset)


def _q5_k(d: Tensor, m: Tensor, scales: Tensor, high: Tensor, q: Tensor) -> Tensor:
    scale, offset = _six_bits(scales)
    numbers = _bits(q, 4, 32) | (_bits(high, 1, 32) << 4)
    return _scaled(numbers, _half(d) * scale, _half(m) * offset)


def _q6_k(low: Tensor, high: Tensor, scales: Tensor, d: Tensor) -> Tensor:
    numbers = (_bits(low, 4, 64) | (_bits(high, 2, 32) << 4)).float() - 32
    return _scaled(numbers, _half(d) * _signed(scales))


FORMATS: dict[str, GgmlFormat] = {
    "Q8_0": GgmlFormat(32, (2, 32), _q8_0),
    "Q4_0": GgmlFormat(32, (2, 16), _q4_0),
    "Q4_1": GgmlFormat(32, (2, 2, 16), _q4_1),
    "Q5_0": GgmlFormat(32, (2, 4, 16), _q5_0),
    "Q5_1": GgmlFormat(32, (2, 2, 4, 16), _q5_1),
    "Q2_K": GgmlFormat(256, (16, 64, 2, 2), _q2_k),
    "Q3_K": GgmlFormat(256, (32, 64, 12, 2), _q3_k),
    "Q4_K": GgmlFormat(256, (2, 2, 12, 128), _q4_k),
    "Q5_K": GgmlFormat(256, (2, 2, 12, 32, 128), _q5_k),
    "Q6_K": GgmlFormat(256, (128, 64, 16, 2), _q6_k),
}
"""The formats by the names that ggml gives them."""
