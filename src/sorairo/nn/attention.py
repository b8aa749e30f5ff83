"""Attention with normalised queries and keys. Parameters are named as in Wan."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sorairo.nn.kernels.flash import flash_attention
from sorairo.nn.rope import Rotation, rotate

ROWS = 256  # tokens that are normalised at a time on a CPU


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last axis (Zhang and Sennrich, arXiv 1910.07467, equation 4)."""

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Float[Tensor, "... d"]) -> Float[Tensor, "... d"]:
        if torch.is_grad_enabled():
            return self._normed(x)
        if x.device.type == "cpu":
            # some rows at a time, whose float32 stays in the cache: nine times as fast
            pieces = x.reshape(-1, x.shape[-1]).split(ROWS)
            return torch.cat([self._normed(each) for each in pieces]).view(x.shape)
        if x.dtype != self.weight.dtype:
            return self._normed(x)
        return F.rms_norm(x, x.shape[-1:], self.weight, self.eps)  # one kernel, float32 inside

    def _normed(self, x: Float[Tensor, "... d"]) -> Float[Tensor, "... d"]:
        scale = torch.rsqrt(x.float().square().mean(-1, keepdim=True) + self.eps)
        return (x.float() * scale * self.weight).to(x.dtype)


def attend(
    q: Float[Tensor, "b n heads d"],
    k: Float[Tensor, "b m heads d"],
    v: Float[Tensor, "b m heads d"],
    mask: Bool[Tensor, "b m"] | None = None,
) -> Float[Tensor, "b n c"]:
    """softmax(q k^T / sqrt(d)) v; `mask` is True for keys that may be seen.

    In training on a CPU the two products are written out: the backward pass of the fused kernel is
    slower there than all other matrix products of the network together. On a GPU without a mask,
    FlashAttention is used where it is installed.
    """
    if mask is None and not torch.is_grad_enabled() and (flash := flash_attention(q, k, v)):
        return flash(q, k, v).flatten(2)
    q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
    keys = None if mask is None else mask[:, None, None, :]
    if torch.is_grad_enabled() and q.device.type == "cpu":
        weights = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        if keys is not None:
            weights = weights.masked_fill(~keys, float("-inf"))
        out = weights.softmax(-1).to(v.dtype) @ v
    else:
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=keys)
    return out.transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Attention of x to itself, or to a context of the same width."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim) for _ in range(4))
        self.norm_q, self.norm_k = RMSNorm(dim), RMSNorm(dim)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1))

    def keys_values(self, context: Float[Tensor, "b m c"]) -> tuple[Tensor, Tensor]:
        """Keys and values of a context, [b, m, heads, d] each: the same at every step."""
        return self._split(self.norm_k(self.k(context))), self._split(self.v(context))

    def forward(
        self,
        x: Float[Tensor, "b n c"],
        context: tuple[Tensor, Tensor] | None = None,
        *,
        rope: Rotation | None = None,
        mask: Bool[Tensor, "b m"] | None = None,
    ) -> Float[Tensor, "b n c"]:
        q = self._split(self.norm_q(self.q(x)))
        k, v = self.keys_values(x) if context is None else context
        if rope is not None:
            q, k = rotate(q, rope), rotate(k, rope)
        return self.o(attend(q, k, v, mask))

    def mixed(
        self,
        x: Float[Tensor, "b n c"],
        contexts: tuple[Tensor, Tensor],
        mask: Bool[Tensor, "bk m"] | None,
        prompt_weights: Float[Tensor, "b n k"],
    ) -> Float[Tensor, "b n c"]:
        """Attention to k contexts, the results mixed for each token by its `prompt_weights`.

        Keys and values are [b * k, m, heads, d], the contexts of one sample next to each other.
        """
        q = self._split(self.norm_q(self.q(x))).repeat_interleave(prompt_weights.shape[-1], dim=0)
        out = attend(q, *contexts, mask).unflatten(0, (x.shape[0], -1))
        return self.o(torch.einsum("bknc,bnk->bnc", out, prompt_weights.to(out.dtype)))
