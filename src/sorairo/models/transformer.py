"""The diffusion transformer: predicts the velocity of every token from all tokens, their positions,
noise and a text.

Peebles and Xie, "Scalable diffusion models with transformers" (arXiv 2212.09748), in the shape of
Wan 2.1 (arXiv 2503.20314): names of parameters and order of operations are Wan's, so that its open
weights fit; the noise level is given per token, and positions are data.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sorairo.nn.attention import Attention
from sorairo.nn.gelu import Gelu
from sorairo.nn.noise_runs import LevelMap, add_gated, modulate
from sorairo.nn.rope import Rotation, in_format_of, rotation

KeysValues = list[tuple[Tensor, Tensor]]
LONGEST_WAVE = 128.0  # positions; the largest picture spans about 80


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """The size of the network, and what a token holds."""

    latent_channels: int = 8
    patch: int = 2
    """Latent pixels per side of a token."""
    dim: int = 256
    """Width of the residual stream."""
    ffn_dim: int = 1024
    """Width of the feed-forward layers."""
    heads: int = 4
    """Attention heads."""
    layers: int = 8
    """Blocks."""
    text_dim: int = 256
    """Width of the text features."""
    freq_dim: int = 256
    """Width of the sinusoidal embedding of the noise level."""
    rope_theta: float = 100.0
    """Base of the rotary frequencies."""
    place_frequencies: int = 0
    """Frequencies of the embedding of a token's position. 0, as in Wan: there is none, and
    attention knows positions only relative to one another."""
    eps: float = 1e-5
    """Added to the variance in layer norms."""
    time_scale: float = 1000.0
    """What a noise level is multiplied with before it is embedded."""
    given_channels: int = 0
    """Channels that the network takes beside the latents at each latent pixel."""
    control_channels: int = 0
    """Channels of the input of the control branch at each latent pixel; 0: there is none."""
    control_blocks: tuple[int, ...] = ()
    """The blocks after which an output of the control branch is added."""

    @property
    def token_channels(self) -> int:
        return self.latent_channels * self.patch**2

    @property
    def input_channels(self) -> int:
        """Channels of a token as it enters: its latents, then what is given there."""
        return (self.latent_channels + self.given_channels) * self.patch**2


def sinusoid(time: Float[Tensor, "b n"], dim: int) -> Float[Tensor, "b n d"]:
    """Sinusoidal embedding of noise levels on a scale of 0 to 1000 (Vaswani et al., section 3.5),
    cosines first as in Wan, float32."""
    half = dim // 2
    frequencies = torch.exp(
        -math.log(10000.0) * torch.arange(half, dtype=torch.float32, device=time.device) / half
    )
    angle = time.float().unsqueeze(-1) * frequencies
    return torch.cat([angle.cos(), angle.sin()], dim=-1)


def place_waves(positions: Float[Tensor, "b n 3"], count: int) -> Float[Tensor, "b n d"]:
    """Cosines and sines of time, y and x, d = 6 count. The longest wave is LONGEST_WAVE, each other
    one half as long as the one before it.

    In pure noise all tokens are alike, and rotary positions alone cannot tell left from right: an
    average of equal values is the same everywhere.
    """
    waves = 2 * math.pi / LONGEST_WAVE * 2.0 ** torch.arange(count, device=positions.device)
    angle = (positions[..., None].float() * waves).flatten(-2)
    return torch.cat([angle.cos(), angle.sin()], dim=-1)


class Block(nn.Module):
    """Self-attention, cross-attention to the text, and a feed-forward, the first and last gated by
    the noise level."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        dim, self.eps = config.dim, config.eps
        self.self_attn = Attention(dim, config.heads)
        self.norm3 = nn.LayerNorm(dim, config.eps)
        self.cross_attn = Attention(dim, config.heads)
        self.ffn = nn.Sequential(
            nn.Linear(dim, config.ffn_dim), Gelu(), nn.Linear(config.ffn_dim, dim)
        )
        self.modulation = nn.Parameter(torch.zeros(1, 1, 6, dim))

    def forward(
        self,
        x: Float[Tensor, "b n c"],
        noise: Float[Tensor, "#b m 6 c"],
        text: tuple[Tensor, Tensor],
        text_mask: Bool[Tensor, "bk s"] | None,
        rope: Rotation,
        prompt_weights: Float[Tensor, "b n k"] | None = None,
        level_map: LevelMap = (),
    ) -> Float[Tensor, "b n c"]:
        parts = (noise + self.modulation).to(x.dtype).unbind(2)
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = parts
        attended = self.self_attn(modulate(x, shift_a, scale_a, level_map, self.eps), rope=rope)
        x = add_gated(x, attended, gate_a, level_map)
        if prompt_weights is None:
            x = x + self.cross_attn(self.norm3(x), text, mask=text_mask)
        else:
            x = x + self.cross_attn.mixed(self.norm3(x), text, text_mask, prompt_weights)
        fed = self.ffn(modulate(x, shift_f, scale_f, level_map, self.eps))
        return add_gated(x, fed, gate_f, level_map)


class ControlBlock(Block):
    """A block of the control branch: its output is added to the main stream, its stream goes on to
    the next block of the branch."""

    def __init__(self, config: TransformerConfig, *, first: bool) -> None:
        super().__init__(config)
        self.before_proj = nn.Linear(config.dim, config.dim) if first else None
        self.after_proj = nn.Linear(config.dim, config.dim)


class ControlBranch(nn.Module):
    """A copy of some blocks that sees what is given, and steers the blocks that it was copied from
    (Jiang et al., "VACE", arXiv 2503.07598, section 3.3)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embedding = nn.Linear(config.control_channels * config.patch**2, config.dim)
        self.blocks = nn.ModuleList(
            ControlBlock(config, first=not index) for index in range(len(config.control_blocks))
        )

    def outputs(
        self,
        control: Float[Tensor, "b n q"],
        hidden: Float[Tensor, "b n c"],
        noise: Float[Tensor, "#b m 6 c"],
        text: KeysValues,
        fixed: tuple[Any, ...],
    ) -> Iterator[Float[Tensor, "b n c"]]:
        """What is added to the main stream, block by block, computed when it is asked for. `hidden`
        is the main stream before its first block, `fixed` the further arguments of a block."""
        stream = self.patch_embedding(control)
        for block, keys_values in zip(self.blocks, text, strict=True):
            if block.before_proj is not None:
                stream = block.before_proj(stream) + hidden  # type: ignore[operator]
            stream = block(stream, noise, keys_values, *fixed)
            yield block.after_proj(stream)  # type: ignore[operator]


class Head(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.eps = config.eps
        self.head = nn.Linear(config.dim, config.token_channels)
        self.modulation = nn.Parameter(torch.zeros(1, 1, 2, config.dim))

    def forward(
        self, x: Tensor, noise: Float[Tensor, "#b m c"], level_map: LevelMap = ()
    ) -> Tensor:
        shift, scale = (noise.unsqueeze(2) + self.modulation).to(x.dtype).unbind(2)
        return self.head(modulate(x, shift, scale, level_map, self.eps))


class Transformer(nn.Module):
    """Velocity of tokens [b, n, p] that enter as [b, n, e], e = p unless `given_channels` follow
    the latents, with positions [b, n, 3], sigma and text. Sigma is [b, n]; or [b, 1]: the same for
    all tokens; or [b, m] with a `level_map` that says which tokens have each. In the last two
    cases it may be [1, m]: the same for all samples. `control` is the input of the control branch.

    With `prompt_weights`, every sample has k texts, next to each other along the batch, and every
    token has a weight for each.
    """

    block_type: type[Block] = Block

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.dim
        self.patch_embedding = nn.Linear(config.input_channels, dim)
        waves = 6 * config.place_frequencies
        self.place_embedding = nn.Linear(waves, dim, bias=False) if waves else None
        self.text_embedding = nn.Sequential(
            nn.Linear(config.text_dim, dim), Gelu(), nn.Linear(dim, dim)
        )
        self.time_embedding = nn.Sequential(
            nn.Linear(config.freq_dim, dim), nn.SiLU(), nn.Linear(dim, dim)
        )
        self.time_projection = nn.Sequential(nn.SiLU(), nn.Linear(dim, 6 * dim))
        self.blocks = nn.ModuleList(self.block_type(config) for _ in range(config.layers))
        self.control = ControlBranch(config) if config.control_channels else None
        self.head = Head(config)
        self.initialize()

    def initialize(self) -> None:
        """Every gate and output starts at zero, so that the network starts as the identity
        (adaLN-zero)."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features**-0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if self.place_embedding is not None:
            nn.init.zeros_(self.place_embedding.weight)
        nn.init.zeros_(self.head.head.weight)
        nn.init.zeros_(self.time_projection[1].weight)  # type: ignore[arg-type]
        for block in self.blocks:
            nn.init.zeros_(block.cross_attn.o.weight)  # type: ignore[union-attr, arg-type]
            block.modulation.data[:, :, [2, 5]] = 0.0  # type: ignore[index, operator]

    def read_text(self, text: Float[Tensor, "b s t"]) -> KeysValues:
        """Keys and values of the text for every block, then for those of the control branch; do it
        once, use it at every step."""
        context = self.text_embedding(text)
        blocks = itertools.chain(self.blocks, self.control.blocks if self.control else ())
        return [block.cross_attn.keys_values(context) for block in blocks]  # type: ignore[union-attr, operator]

    def forward(
        self,
        x: Float[Tensor, "b n e"],
        positions: Float[Tensor, "#b n 3"],
        sigma: Float[Tensor, "#b m"],
        text: KeysValues,
        text_mask: Bool[Tensor, "bk s"] | None,
        prompt_weights: Float[Tensor, "b n k"] | None = None,
        level_map: LevelMap = (),
        control: Float[Tensor, "b n q"] | None = None,
    ) -> Float[Tensor, "b n p"]:
        config = self.config
        angles = rotation(positions, config.dim // config.heads, config.rope_theta)
        rope = in_format_of(x, angles)
        times = sinusoid(config.time_scale * sigma.float(), config.freq_dim)
        noise = self.time_embedding(_as_weights(times, self.time_embedding))
        per_block = self.time_projection(_as_weights(noise, self.time_projection))
        per_block = per_block.unflatten(-1, (6, -1))
        hidden = self.patch_embedding(x)
        if self.place_embedding is not None:
            waves = place_waves(positions, config.place_frequencies)
            hidden = hidden + self.place_embedding(waves.to(x.dtype))
        fixed = (text_mask, rope, prompt_weights, level_map)
        steering = iter(())
        if self.control is not None and control is not None:
            steering = self.control.outputs(
                control, hidden, per_block, text[len(self.blocks) :], fixed
            )
        for index, (block, keys_values) in enumerate(zip(self.blocks, text, strict=False)):
            hidden = block(hidden, per_block, keys_values, *fixed)
            if index in config.control_blocks:
                hidden = hidden + next(steering, 0)
        return self.head(hidden, noise, level_map)


def _as_weights(x: Tensor, layers: nn.Module) -> Tensor:
    """In the number format of the layers' weights, which may be finer than that of the tokens."""
    return x.to(next(layers.parameters()).dtype)
