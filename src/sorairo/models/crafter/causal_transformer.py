"""The transformer over frames that come one after the other: each attends to itself and to those
before it, has a noise level and a text of its own, and leaves keys and values for those after it.

Noise per frame is diffusion forcing (Chen et al., arXiv 2407.01392).
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.models.transformer import Block, KeysValues, Transformer, sinusoid
from sorairo.nn.attention import attend
from sorairo.nn.noise_runs import add_gated, modulate
from sorairo.nn.rope import Rotation, rotate, rotation


def attend_to_past(
    q: Float[Tensor, "n t heads d"],
    k: Float[Tensor, "n t heads d"],
    v: Float[Tensor, "n t heads d"],
    frames: int,
    past: tuple[Tensor, Tensor] | None = None,
) -> Float[Tensor, "n t c"]:
    """Attention of the t tokens of each frame to those of its own and of earlier frames, for
    `frames` consecutive frames of each sample (n = samples x frames). `past` are keys and values of
    frames before them, [samples, m, heads, d]."""
    tokens = q.shape[1]
    q, k, v = (each.unflatten(0, (-1, frames)).flatten(1, 2) for each in (q, k, v))
    if past is not None:
        k, v = torch.cat([past[0], k], 1), torch.cat([past[1], v], 1)
    if frames == 1:
        return attend(q, k, v)
    before = k.shape[1] - frames * tokens
    seen = [before + (frame + 1) * tokens for frame in range(frames)]
    each = q.split(tokens, 1)
    out = [attend(own, k[:, :n], v[:, :n]) for own, n in zip(each, seen, strict=True)]
    return torch.stack(out, 1).flatten(0, 1)


class CausalBlock(Block):
    """A block whose self-attention sees the past. Its parameters are those of `Block`."""

    def step(
        self,
        x: Float[Tensor, "n t c"],
        noise: Float[Tensor, "n 1 6 c"],
        text: tuple[Tensor, Tensor],
        text_mask: Bool[Tensor, "n s"] | None,
        rope: Rotation,
        frames: int,
        past: tuple[Tensor, Tensor] | None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The tokens of the frames after this block, and their keys and values."""
        parts = (noise + self.modulation).to(x.dtype).unbind(2)
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = parts
        attention = self.self_attn
        normed = modulate(x, shift_a, scale_a, eps=self.eps)
        q = attention.norm_q(attention.q(normed)).unflatten(-1, (attention.heads, -1))
        k, v = attention.keys_values(normed)
        q, k = rotate(q, rope), rotate(k, rope)
        x = add_gated(x, attention.o(attend_to_past(q, k, v, frames, past)), gate_a)
        x = x + self.cross_attn(self.norm3(x), text, mask=text_mask)
        fed = self.ffn(modulate(x, shift_f, scale_f, eps=self.eps))
        return add_gated(x, fed, gate_f), (k, v)


class CausalTransformer(Transformer):
    """A `Transformer` of frames in their order, for training on several at once and for sampling
    one by one."""

    block_type = CausalBlock

    def frames(
        self,
        x: Float[Tensor, "b f t e"],
        positions: Float[Tensor, "b f t 3"],
        sigma: Float[Tensor, "b f"],
        text: KeysValues,
        text_mask: Bool[Tensor, "n s"] | None,
        past: KeysValues | None = None,
    ) -> tuple[Float[Tensor, "b f t p"], Float[Tensor, "b f t c"], KeysValues]:
        """What `forward` gives, for frames that see those before them; the features that it is
        computed from, after the last block; and for each block the keys and values of all their
        tokens, [b, f t, heads, d]. `text` is that of each frame (n = b f), from `read_text`; `past`
        keys and values of frames before these, oldest first."""
        config, (samples, frames) = self.config, x.shape[:2]
        angles = rotation(positions.flatten(0, 1), config.dim // config.heads, config.rope_theta)
        rope = angles[0].to(x.dtype), angles[1].to(x.dtype)
        times = sinusoid(config.time_scale * sigma.reshape(-1, 1).float(), config.freq_dim)
        weights = next(self.time_embedding.parameters()).dtype
        noise = self.time_embedding(times.to(weights))
        per_block = self.time_projection(noise.to(weights)).unflatten(-1, (6, -1))
        hidden = self.patch_embedding(x.flatten(0, 1))
        kept: KeysValues = []
        for index, (block, keys_values) in enumerate(zip(self.blocks, text, strict=True)):
            before = None if past is None else past[index]
            hidden, (k, v) = block.step(  # type: ignore[operator]
                hidden, per_block, keys_values, text_mask, rope, frames, before
            )
            kept.append((_by_sample(k, samples), _by_sample(v, samples)))
        split = (samples, frames)
        return self.head(hidden, noise).unflatten(0, split), hidden.unflatten(0, split), kept


def _by_sample(x: Tensor, samples: int) -> Tensor:
    return x.unflatten(0, (samples, -1)).flatten(1, 2)
