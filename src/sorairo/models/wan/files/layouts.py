"""How our transformer stores its parameters, and how Wan's files do.

Ours has the two numbers of a rotated pair in the two halves of a head (Wan: next to each other),
the channels of a token in the order (channel, row, column) at both ends (Wan's head: row, column,
channel), a linear layer as patch embedding (Wan: a convolution), and one axis more in the tables of
modulation.
"""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from sorairo.models.transformer import TransformerConfig

PATCH = 2
ROTATED = ("self_attn.q", "self_attn.k", "self_attn.norm_q", "self_attn.norm_k")


def into_ours(name: str, tensor: Tensor, config: TransformerConfig) -> Tensor:
    """A parameter of Wan as ours; `name` is our name. A parameter that is the same in both is not
    copied."""
    stem = name.rpartition(".")[0]
    if stem.endswith(ROTATED):
        return rearrange(tensor, "(h d r) ... -> (h r d) ...", h=config.heads, r=2)
    if name.endswith("patch_embedding.weight"):
        return tensor.flatten(1)
    if stem == "head.head":
        return rearrange(tensor, "(p q c) ... -> (c p q) ...", p=PATCH, q=PATCH)
    if name.endswith("modulation"):
        return tensor.unsqueeze(0)
    return tensor


def from_ours(name: str, tensor: Tensor, config: TransformerConfig) -> Tensor:
    """The reverse of `into_ours`."""
    stem = name.rpartition(".")[0]
    if stem.endswith(ROTATED):
        return rearrange(tensor, "(h r d) ... -> (h d r) ...", h=config.heads, r=2)
    if name.endswith("patch_embedding.weight"):
        return rearrange(tensor, "d (c t p q) -> d c t p q", t=1, p=PATCH, q=PATCH)
    if stem == "head.head":
        return rearrange(tensor, "(c p q) ... -> (p q c) ...", p=PATCH, q=PATCH)
    if name.endswith("modulation"):
        return tensor.squeeze(0)
    return tensor


def finer(name: str) -> bool:
    """Whether a parameter stays in float32: those that make scales, shifts and gates of the noise
    level."""
    return name.startswith("time_embedding.") or name.endswith("modulation")


def shape_in_files(name: str, shape: torch.Size, config: TransformerConfig) -> tuple[int, ...]:
    """The shape that a parameter of ours has in Wan's files."""
    return tuple(from_ours(name, torch.empty(shape, device="meta"), config).shape)
