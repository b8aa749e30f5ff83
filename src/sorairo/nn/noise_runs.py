"""Noise levels that tokens share, and what a block does with them.

In a window most tokens have the schedule's noise level; the latent frames that earlier windows have
filled, keyframes, and what lies outside of an edited region, have levels of their own. The
embedding of a level and its scales and shifts are computed once for each run of tokens, or once for
each level where runs are many and levels few.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from sorairo.nn.kernels.compiled import Fused

MAX_RUNS = 8  # with more runs, each token looks up its level: many small calls take longer

Runs = tuple[int, ...]
"""The numbers of tokens in consecutive runs; (): there is one level for all tokens, or one each."""
LevelMap = Runs | Tensor
"""How m noise levels belong to n tokens: by runs, or by the number of each token's level, int64
[#b, n]."""


def noise_runs(sigma: Float[Tensor, "b n"]) -> tuple[Float[Tensor, "#b m"], LevelMap]:
    """The noise levels of each run of tokens with equal levels, and the lengths of the runs. Rows
    become one where all are equal. With more than MAX_RUNS runs, the levels that occur, [1, m], and
    the number of each token's level; or, if most tokens differ, the levels as they are."""
    if bool((sigma == sigma[:1]).all()):
        sigma = sigma[:1]
    changes = (sigma[:, 1:] != sigma[:, :-1]).any(0).nonzero()[:, 0].tolist()
    if len(changes) >= MAX_RUNS:
        levels, numbers = sigma.unique(return_inverse=True)
        return (levels[None], numbers) if 2 * len(levels) <= sigma.numel() else (sigma, ())
    starts = [0, *(index + 1 for index in changes)]
    ends = [*starts[1:], sigma.shape[1]]
    runs = tuple(end - start for start, end in zip(starts, ends, strict=True))
    return sigma[:, starts], runs if changes else ()


def modulate(
    x: Float[Tensor, "b n c"],
    shift: Float[Tensor, "#b m c"],
    scale: Float[Tensor, "#b m c"],
    level_map: LevelMap = (),
    eps: float = 1e-5,
) -> Float[Tensor, "b n c"]:
    """LayerNorm without parameters, then x * (1 + scale) + shift (adaLN). With one shift and scale
    for all tokens, they are the parameters of the LayerNorm."""
    if isinstance(level_map, Tensor):
        return _modulate_each(x, shift[0], scale[0], level_map, eps)
    if level_map:
        pieces = zip(x.split(level_map, 1), shift.split(1, 1), scale.split(1, 1), strict=True)
        return torch.cat([modulate(*piece, eps=eps) for piece in pieces], dim=1)
    if shift.shape[:2] == (1, 1):
        return F.layer_norm(x, x.shape[-1:], 1 + scale.flatten(), shift.flatten(), eps)
    return F.layer_norm(x, x.shape[-1:], eps=eps) * (1 + scale) + shift


def add_gated(
    x: Float[Tensor, "b n c"],
    change: Float[Tensor, "b n c"],
    gate: Float[Tensor, "#b m c"],
    level_map: LevelMap = (),
) -> Float[Tensor, "b n c"]:
    """x + change * gate."""
    if isinstance(level_map, Tensor):
        return _add_gated_each(x, change, gate[0], level_map)
    if level_map:
        parts = x.split(level_map, 1), change.split(level_map, 1), gate.split(1, 1)
        pieces = zip(*parts, strict=True)
        return torch.cat([torch.addcmul(*piece) for piece in pieces], dim=1)
    return torch.addcmul(x, change, gate)


@Fused
def _modulate_each(x: Tensor, shift: Tensor, scale: Tensor, numbers: Tensor, eps: float) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=eps) * (1 + scale)[numbers] + shift[numbers]


@Fused
def _add_gated_each(x: Tensor, change: Tensor, gate: Tensor, numbers: Tensor) -> Tensor:
    return torch.addcmul(x, change, gate[numbers])
