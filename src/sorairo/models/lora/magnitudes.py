"""Weights in two parts, a length and a direction (Liu et al., "DoRA", arXiv 2402.09353): a file has
the lengths of the rows or of the columns of a weight, and low-rank factors that turn them."""

from __future__ import annotations

import math

from torch import Tensor


def fits(magnitude: Tensor | None, shape: tuple[int, ...]) -> bool:
    """Whether there are as many lengths as rows or columns of a weight of that shape."""
    if magnitude is None:
        return True
    return magnitude.numel() in (shape[0], math.prod(shape[1:]))


def spread(magnitude: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The lengths at every place of a weight of that shape, float32."""
    lengths = magnitude.float().reshape((1, -1) if _of_columns(magnitude, shape) else (-1, 1))
    return lengths.expand(shape[0], math.prod(shape[1:])).reshape(shape).contiguous()


def decomposed(weight: Tensor, delta: Tensor, lengths: Tensor, magnitude: Tensor) -> Tensor:
    """The whole change of a weight (equation 5): that which `delta` turns it by, and the new
    lengths. `lengths` is `spread`, in the layout of the weight; all of them are float32."""
    turned = weight + delta
    columns = _of_columns(magnitude, tuple(weight.shape))
    norms = turned.flatten(1).norm(dim=0 if columns else 1, keepdim=True)
    unit = (turned.flatten(1) / norms.clamp(min=1e-12)).reshape(weight.shape)
    return lengths * unit - weight


def _of_columns(magnitude: Tensor, shape: tuple[int, ...]) -> bool:
    """Whether the lengths are those of columns, as LyCORIS writes them in a matrix of one row; PEFT
    writes a vector of those of rows."""
    rows, columns = shape[0], math.prod(shape[1:])
    if rows != columns:
        return magnitude.numel() == columns
    return magnitude.ndim > 1 and magnitude.shape[0] == 1
