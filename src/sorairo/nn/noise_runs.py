"""Noise levels that consecutive tokens share, and what a block does with them.

In a window most tokens have the schedule's noise level; the latent frames that earlier windows have
filled, and keyframes, have levels of their own. The embedding of a level and its scales and shifts
are computed once for each run of tokens.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

MAX_RUNS = 8  # with more runs, each token gets its own level: many small calls take longer

Runs = tuple[int, ...]
"""The numbers of tokens in consecutive runs; (): there is one level for all tokens, or one each."""


def noise_runs(sigma: Float[Tensor, "b n"]) -> tuple[Float[Tensor, "#b m"], Runs]:
    """The noise levels of each run of tokens with equal levels, and the lengths of the runs. Rows
    become one where all are equal. With more than MAX_RUNS runs, the levels as they are."""
    if bool((sigma == sigma[:1]).all()):
        sigma = sigma[:1]
    changes = (sigma[:, 1:] != sigma[:, :-1]).any(0).nonzero()[:, 0].tolist()
    if len(changes) >= MAX_RUNS:
        return sigma, ()
    starts = [0, *(index + 1 for index in changes)]
    ends = [*starts[1:], sigma.shape[1]]
    runs = tuple(end - start for start, end in zip(starts, ends, strict=True))
    return sigma[:, starts], runs if changes else ()


def modulate(
    x: Float[Tensor, "b n c"],
    shift: Float[Tensor, "#b m c"],
    scale: Float[Tensor, "#b m c"],
    runs: Runs = (),
    eps: float = 1e-5,
) -> Float[Tensor, "b n c"]:
    """LayerNorm without parameters, then x * (1 + scale) + shift (adaLN). With one shift and scale
    for all tokens, they are the parameters of the LayerNorm."""
    if runs:
        pieces = zip(x.split(runs, 1), shift.split(1, 1), scale.split(1, 1), strict=True)
        return torch.cat([modulate(*piece, eps=eps) for piece in pieces], dim=1)
    if shift.shape[:2] == (1, 1):
        return F.layer_norm(x, x.shape[-1:], 1 + scale.flatten(), shift.flatten(), eps)
    return F.layer_norm(x, x.shape[-1:], eps=eps) * (1 + scale) + shift


def add_gated(
    x: Float[Tensor, "b n c"],
    change: Float[Tensor, "b n c"],
    gate: Float[Tensor, "#b m c"],
    runs: Runs = (),
) -> Float[Tensor, "b n c"]:
    """x + change * gate."""
    if runs:
        pieces = zip(x.split(runs, 1), change.split(runs, 1), gate.split(1, 1), strict=True)
        return torch.cat([torch.addcmul(*piece) for piece in pieces], dim=1)
    return torch.addcmul(x, change, gate)
