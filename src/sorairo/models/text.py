"""The text encoder of our own models: a tokenizer and a small transformer.

The tokenizer is byte-level BPE, trained on captions, or that of a larger encoder with fewer pieces
(`sorairo.training.text_encoder`). The network is trained together with the video model, or comes
frozen from its distillation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from torch import Tensor, nn

from sorairo.nn.attention import Attention
from sorairo.nn.rope import rotation

PAD, START = "<pad>", "<s>"
CHINESE = r"[\u2e80-\u9fff\uf900-\ufaff]"
WORD = re.compile(r"[a-z]{2,}|[\u2e80-\u9fff]")


def train_tokenizer(captions: Iterable[str], vocabulary: int) -> Tokenizer:
    """A BPE tokenizer whose tokens never cross a word and never join two Chinese characters, so
    that a colour and a shape keep tokens of their own. The first word of a text gets a space before
    it: it is the same token there as inside."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Strip(right=False),
            normalizers.Prepend(" "),
            normalizers.Replace(Regex(f"^ (?={CHINESE})"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CHINESE), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(captions, trainer)
    return tokenizer


def with_words(tokenizer: Tokenizer, texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """The tokenizer with further tokens, up to `vocabulary`: one for each word (in Chinese: each
    character) of `texts` that it would spell out, those first that save the most tokens. The tokens
    that it has keep their numbers.

    A model learns new words much faster this way: spelt out, "night" and "light" are very similar.
    """
    extended = Tokenizer.from_str(tokenizer.to_str())
    counts = Counter(word for text in texts for word in WORD.findall(text.lower()))
    costs = {
        word: count * (len(tokenizer.encode(f" {word}" if word.isascii() else word).ids) - 1)
        for word, count in counts.items()
    }
    closest = sorted((word for word in costs if costs[word]), key=lambda word: (-costs[word], word))
    room = vocabulary - tokenizer.get_vocab_size()
    extended.add_tokens(
        [
            AddedToken(word, single_word=word.isascii(), lstrip=word.isascii())
            for word in closest[: max(0, room)]
        ]
    )
    return extended


@dataclass(frozen=True, kw_only=True)
class TextConfig:
    """The size of the text network."""

    vocabulary: int = 768
    """Tokens of the tokenizer."""
    dim: int = 256
    """Width of the features."""
    embedding_dim: int = 0
    """Width of a token's embedding, which is projected to `dim` (Lan et al., "ALBERT", arXiv
    1909.11942, section 3.1: a large vocabulary then costs less); 0: `dim`, without a projection."""
    heads: int = 4
    """Attention heads."""
    layers: int = 2
    """Blocks."""
    ffn_dim: int = 512
    """Width of the feed-forward layers."""
    max_length: int = 64
    """Tokens of a prompt, at most; longer ones are cut."""


class TextBlock(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)
        self.attn = Attention(config.dim, config.heads)
        self.ffn = nn.Sequential(
            nn.Linear(config.dim, config.ffn_dim),
            nn.GELU("tanh"),
            nn.Linear(config.ffn_dim, config.dim),
        )
        nn.init.zeros_(self.attn.o.weight)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x), rope=rope, mask=mask)
        return x + self.ffn(self.norm2(x))


class TextNetwork(nn.Module):
    """Token ids [b, s] and their mask to features [b, s, dim]. An empty prompt is the start
    token."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        narrow = config.embedding_dim
        self.embedding = nn.Embedding(config.vocabulary, narrow or config.dim)
        self.embedding_projection = nn.Linear(narrow, config.dim, bias=False) if narrow else None
        self.blocks = nn.ModuleList(TextBlock(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim)
        nn.init.normal_(self.embedding.weight, std=0.5)

    def forward(self, ids: Int[Tensor, "b s"], mask: Bool[Tensor, "b s"]) -> Float[Tensor, "b s d"]:
        config = self.config
        x = self.embedding(ids)
        if self.embedding_projection is not None:
            x = self.embedding_projection(x)
        order = torch.arange(ids.shape[1], device=ids.device, dtype=torch.float32)
        positions = order[None, :, None].expand(1, -1, 3)
        rope = rotation(positions, config.dim // config.heads, 100.0)
        for block in self.blocks:
            x = block(x, rope, mask)
        return self.norm(x)


def tokenize(
    tokenizer: Tokenizer, prompts: Sequence[str], max_length: int
) -> tuple[Int[Tensor, "b s"], Bool[Tensor, "b s"]]:
    """Ids, padded to the longest prompt, and True where there is a token. Longer prompts are cut at
    `max_length`."""
    tokenizer.encode_special_tokens = (
        True  # a prompt that spells out "<pad>" is text like any other
    )
    start, pad = tokenizer.token_to_id(START), tokenizer.token_to_id(PAD)
    assert start is not None
    assert pad is not None
    rows = [
        [start, *encoding.ids][:max_length] for encoding in tokenizer.encode_batch(list(prompts))
    ]
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
    return ids, mask


@dataclass(frozen=True, kw_only=True, eq=False)
class PromptEncoder:
    """Tokenizer and network as one (see `protocols.TextEncoder`)."""

    tokenizer: Tokenizer
    network: TextNetwork

    @property
    def separate(self) -> bool:
        """False: prompts of one call are padded to the longest of them."""
        return False

    def encode(self, prompts: Sequence[str]) -> tuple[Float[Tensor, "k s d"], Bool[Tensor, "k s"]]:
        """Features of every text token, and True where there is a token."""
        ids, mask = tokenize(self.tokenizer, prompts, self.network.config.max_length)
        device = self.network.embedding.weight.device
        ids, mask = ids.to(device), mask.to(device)
        return self.network(ids, mask), mask

    def unread(self, prompt: str) -> str:
        """The end of a prompt beyond the longest; "" for one that is read as a whole."""
        most = self.network.config.max_length - 1  # beside the start token
        places = self.tokenizer.encode(prompt).offsets
        return prompt[places[most][0] :].strip() if len(places) > most else ""
