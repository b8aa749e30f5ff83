"""Convolutions of the codecs with fewer products, on a CPU whose time goes into products.

All is exact algebra; only the rounding differs. docs/log.md, 2026-11-30, has the errors and times.
"""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

PLACES = 512  # from which on the products that are saved outweigh the sums of weights
ROWS = 16  # of a weight that are added up at a time, in the cache
PairWeights = tuple[Tensor, Tensor, Tensor, Tensor]
"""Of the kernels g0, g1, g2 of three frames: g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2."""


def is_faster(x: Float[Tensor, "b c t h w"]) -> bool:
    """Whether fewer products make a convolution of these frames faster."""
    if x.device.type != "cpu" or x[0, 0].numel() < PLACES:
        return False
    return x.dtype == torch.float32 or not _has_matrix_unit()


@cache
def _has_matrix_unit() -> bool:
    """Whether this CPU has AMX, with which products of bfloat16 cost less than the sums."""
    found = getattr(torch.cpu, "get_capabilities", dict)()  # not in every torch
    return bool(found.get("amx_bf16", False))


def pair_weights(weight: Float[Tensor, "d c 3 y x"]) -> PairWeights:
    """The four kernels of `pair`, from those of three frames; sums are rounded once."""
    first, middle, last = weight.unbind(2)
    plus, minus = (torch.empty_like(middle, memory_format=torch.channels_last) for _ in range(2))
    for begin in range(0, weight.shape[0], ROWS):
        rows = slice(begin, begin + ROWS)
        ends, half = (first[rows].float() + last[rows]) / 2, middle[rows].float() / 2
        plus[rows], minus[rows] = ends + half, ends - half
    return first, plus, minus, last


def pair(
    frames: list[Float[Tensor, "b c h w"]],
    weights: PairWeights,
    bias: Float[Tensor, " d"] | None,
    out: tuple[Float[Tensor, "b d h w"], Float[Tensor, "b d h w"]],
) -> None:
    """Two outputs of a convolution over three frames, from four frames, by four convolutions in
    space where six are usual: F(2, 3) of Winograd, "Arithmetic complexity of computations", 1980,
    along time."""
    a, b, c, d = frames
    padding = (weights[0].shape[2] // 2, weights[0].shape[3] // 2)
    # one sum of frames at a time: they are as large as the outputs
    before = F.conv2d(a - c, weights[0], padding=padding)
    plus = F.conv2d(b + c, weights[1], bias, padding=padding)
    minus = F.conv2d(c - b, weights[2], padding=padding)
    after = F.conv2d(b - d, weights[3], padding=padding)
    torch.add(before.add_(plus), minus, out=out[0])
    torch.sub(plus.sub_(minus), after, out=out[1])


def upsampled(
    x: Float[Tensor, "n c h w"], weight: Float[Tensor, "d c 3 3"], bias: Float[Tensor, " d"] | None
) -> Float[Tensor, "n d h2 w2"]:
    """A convolution of twice the size (nearest), computed at the small size: each of the 2 x 2
    places that one becomes sees 2 x 2 places, so that 16 products do for 36."""
    n, _, h, w = x.shape
    out = x.new_empty(n, h, 2, w, 2, weight.shape[0])
    for row, by_row in enumerate(_halves(weight.float(), 2)):
        for column, kernel in enumerate(_halves(by_row, 3)):
            kernel = kernel.to(x.dtype).contiguous(memory_format=torch.channels_last)
            for frame, wanted in zip(x.split(1), out[:, :, row, :, column].split(1), strict=True):
                found = F.conv2d(frame, kernel, bias, padding=1)
                part = found[:, :, row : row + h, column : column + w]
                wanted.copy_(part.permute(0, 2, 3, 1))
    return out.view(n, 2 * h, 2 * w, -1).permute(0, 3, 1, 2)


def _halves(weight: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """What the first and the second of two equal places see of a kernel of three."""
    a, b, c = weight.unbind(dim)
    return torch.stack([a, b + c], dim), torch.stack([a + b, c], dim)
