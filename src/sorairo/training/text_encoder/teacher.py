"""The teacher of a text encoder: multilingual-e5-small, read with the pieces of its student.

Wang et al., "Multilingual E5 text embeddings" (arXiv 2402.05672): a BERT of 12 layers (Devlin et
al., arXiv 1810.04805), whose mean over all tokens is the embedding of a text.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.training.text_encoder.teacher_file import (
    END,
    PAD,
    START,
    UNKNOWN,
    TeacherFile,
)

PREFIX = ("▁passage", ":")  # what the teacher was trained to see before a text


class TeacherLayer(nn.Module):
    """A layer of BERT: attention and a feed-forward, each followed by a layer norm."""

    def __init__(self, file: TeacherFile, layer: int) -> None:
        super().__init__()
        dim, self.heads = file.dim, file.heads
        self.q, self.k, self.v, self.out = (
            _linear(file, f"l{layer}.{name}", dim) for name in ("q", "k", "v", "ao")
        )
        self.up, self.down = (
            _linear(file, f"l{layer}.fi", dim),
            _linear(file, f"l{layer}.fo", file.ffn_dim),
        )
        self.norm1, self.norm2 = (_norm(file, f"l{layer}.{name}") for name in ("aln", "oln"))

    def forward(
        self, x: Float[Tensor, "b s d"], mask: Bool[Tensor, "b s"]
    ) -> Float[Tensor, "b s d"]:
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = self.norm1(x + self.out(attended.transpose(1, 2).flatten(2)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Teacher(nn.Module):
    """Token ids of a student's tokenizer to what the teacher makes of these tokens.

    A piece that the teacher does not have, such as a byte, is its unknown piece.
    """

    def __init__(self, file: TeacherFile, tokenizer: Tokenizer) -> None:
        super().__init__()
        numbers = {piece: i for i, piece in enumerate(file.pieces)}
        pieces = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
        own = [*pieces, *PREFIX, END]
        places = [numbers.get(piece, numbers[UNKNOWN]) for piece in own]
        self.start, self.pad = pieces.index(START), pieces.index(PAD)
        self.prefix, self.end = list(range(len(pieces), len(own) - 1)), len(own) - 1
        self.max_length = file.max_length - len(PREFIX) - 1
        self.embedding = nn.Embedding.from_pretrained(_tensor(file.rows("emb.word", places)))
        positions = file.vector("emb.pos").reshape(-1, file.dim)
        kinds = file.vector("emb.type").reshape(-1, file.dim)
        self.positions = nn.Parameter(_tensor(positions + kinds[0]))
        self.norm = _norm(file, "emb.ln")
        self.layers = nn.ModuleList(TeacherLayer(file, i) for i in range(file.layers))
        self.eval().requires_grad_(False)

    @property
    def dim(self) -> int:
        """Width of what it makes of a token."""
        return self.embedding.embedding_dim

    def rows(self) -> Float[Tensor, "v d"]:
        """The embedding of each token of the student."""
        return self.embedding.weight[: self.prefix[0]]

    @torch.no_grad()
    def forward(
        self, ids: Int[Tensor, "b s"], mask: Bool[Tensor, "b s"]
    ) -> tuple[Float[Tensor, "b s d"], Float[Tensor, "b d"]]:
        """What it makes of each token, and the mean over all of its own tokens; `ids` begin with
        the start token and have at most `max_length` tokens."""
        own, seen, places = self._framed(ids, mask)
        x = self.norm(self.embedding(own) + self.positions[: own.shape[1]])
        for layer in self.layers:
            x = layer(x, seen)
        x = x.float()
        weights = seen.unsqueeze(-1).float()
        means = (x * weights).sum(1) / weights.sum(1)
        return x.gather(1, places[..., None].expand(-1, -1, x.shape[-1])), means

    def _framed(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The ids between the prefix and the end, the mask of these, and where each id is."""
        rows, width = ids.shape
        before, lengths = len(self.prefix), mask.sum(1)
        own = ids.new_full((rows, width + before + 1), self.pad)
        own[:, 0], own[:, 1 : 1 + before] = ids[:, 0], ids.new_tensor(self.prefix)
        own[:, 1 + before : -1] = torch.where(mask, ids, self.pad)[:, 1:]
        own[torch.arange(rows, device=ids.device), lengths + before] = self.end
        order = torch.arange(own.shape[1], device=ids.device)
        places = (order[:width] + before * (order[:width] > 0)).expand(rows, -1)
        return own, order < (lengths + before + 1)[:, None], places


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(values))


def _linear(file: TeacherFile, name: str, inputs: int) -> nn.Linear:
    weight, bias = file.matrix(f"{name}.w", inputs), file.vector(f"{name}.b")
    layer = nn.Linear(inputs, len(bias))
    layer.weight.data, layer.bias.data = _tensor(weight), _tensor(bias)
    return layer


def _norm(file: TeacherFile, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(file.dim, file.eps)
    norm.weight.data, norm.bias.data = (
        _tensor(file.vector(f"{name}.w")),
        _tensor(file.vector(f"{name}.b")),
    )
    return norm
