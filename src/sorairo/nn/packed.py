"""Matrices that are stored in fewer bits than they are computed with: unpacked where they are used,
one layer at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.nn import ggml

FP8 = "fp8"
FP8_TYPES = (torch.float8_e4m3fn, torch.float8_e5m2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Packed:
    """A matrix as it is stored."""

    kind: str
    """FP8, or a name in `ggml.FORMATS`."""
    data: Tensor
    """float8 [rows, columns], or uint8 [rows, bytes]."""
    columns: int
    scale: Tensor | None = None
    """What float8 numbers are multiplied with: one number, or one a row; None: 1."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.data.shape[0], self.columns

    def unpacked(self, dtype: torch.dtype) -> Float[Tensor, "rows columns"]:
        """The matrix, computed in float32 and rounded once."""
        if self.kind != FP8:
            return ggml.unpacked(self.kind, self.data).to(dtype)
        numbers = self.data.float()
        return (numbers if self.scale is None else numbers * self.scale).to(dtype)

    def with_rows(self, arranged: Callable[[Tensor], Tensor]) -> Packed:
        """The same with its rows in another order."""
        by_row = self.scale is not None and self.scale.numel() > 1
        scale = arranged(self.scale) if by_row and self.scale is not None else self.scale
        data = self.data.view(torch.uint8)
        return replace(self, data=arranged(data).view(self.data.dtype), scale=scale)


class PackedMatrix(nn.Module):
    """A packed matrix as a part of a network."""

    def __init__(self, packed: Packed, dtype: torch.dtype) -> None:
        super().__init__()
        self.kind, self.columns, self.dtype = packed.kind, packed.columns, dtype
        self.register_buffer("data", packed.data)
        self.register_buffer("scale", packed.scale)

    @property
    def packed(self) -> Packed:
        """The matrix as it is stored."""
        data, scale = self.get_buffer("data"), self._buffers["scale"]
        return Packed(kind=self.kind, data=data, columns=self.columns, scale=scale)

    @property
    def weight(self) -> Float[Tensor, "rows columns"]:
        """The matrix, unpacked at each access."""
        return self.packed.unpacked(self.dtype)


class PackedLinear(PackedMatrix):
    """A linear layer with a packed matrix."""

    def __init__(self, packed: Packed, bias: Tensor | None, dtype: torch.dtype) -> None:
        super().__init__(packed, dtype)
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)

    def forward(self, x: Float[Tensor, "... d"]) -> Float[Tensor, "... e"]:
        return F.linear(x, self.packed.unpacked(x.dtype), self.bias)


class PackedEmbedding(PackedMatrix):
    """A table of which the rows that are looked up are unpacked."""

    def forward(self, ids: Tensor) -> Float[Tensor, "... d"]:
        flat = ids.flatten()
        rows = self.packed.with_rows(lambda matrix: matrix[flat])
        return rows.unpacked(self.dtype).unflatten(0, ids.shape)
