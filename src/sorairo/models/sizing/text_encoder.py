"""The memory of Wan's text encoder, umT5, from its layers and widths. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sorairo.models.sizing.needs import TEXT_TOKENS

DISTANCE = 8  # bytes of a pair of tokens, for how far they are apart
BRANCHES = 4  # of the gated feed-forward that are held at a time: GELU by tanh is written out
FIRST = "encoder.block.0.layer"


@dataclass(frozen=True, kw_only=True)
class TextShape:
    """The layers and widths of a text encoder; the defaults are those of umT5-xxl."""

    layers: int = 24
    width: int = 4096
    heads: int = 64
    inner: int = 4096
    """Width of all heads together."""
    ffn_dim: int = 10240
    vocabulary: int = 256_384
    buckets: int = 32
    """Of relative positions, for which each block has a table."""

    @classmethod
    def of(cls, shapes: Mapping[str, tuple[int, ...]]) -> TextShape:
        """That of the parameters by their names in transformers. Raises KeyError and IndexError."""
        buckets, heads = shapes[f"{FIRST}.0.SelfAttention.relative_attention_bias.weight"]
        vocabulary, width = shapes["shared.weight"]
        return cls(
            layers=len({name.split(".")[2] for name in shapes if name.startswith("encoder.block")}),
            width=width,
            heads=heads,
            inner=shapes[f"{FIRST}.0.SelfAttention.q.weight"][0],
            ffn_dim=shapes[f"{FIRST}.1.DenseReluDense.wi_0.weight"][0],
            vocabulary=vocabulary,
            buckets=buckets,
        )

    @property
    def block_parameters(self) -> int:
        """Four matrices of the attention, three of the gated feed-forward, two norms, and the table
        of relative positions."""
        matrices = 4 * self.width * self.inner + 3 * self.width * self.ffn_dim
        return matrices + 2 * self.width + self.buckets * self.heads

    @property
    def parameters(self) -> int:
        """All of them: the blocks, the embedding of tokens and the last norm."""
        return self.layers * self.block_parameters + (self.vocabulary + 1) * self.width

    def reading(self, number: int, tokens: int = TEXT_TOKENS) -> int:
        """Bytes that a block takes for one prompt in numbers of so many bytes, as transformers
        computes it: its input and output, the table of positions, and the larger of attention and
        feed-forward."""
        pairs = self.heads * tokens**2 * number
        kept = 2 * self.width * tokens * number + pairs
        attention = 2 * pairs + DISTANCE * tokens**2 + 4 * self.inner * tokens * number
        return kept + max(attention, BRANCHES * self.ffn_dim * tokens * number)
