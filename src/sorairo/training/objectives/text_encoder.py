"""The objective of a distilled text encoder: its features say what the teacher makes of a text.

A linear head reads the teacher's features from those of the student, token by token and as a mean
over the text (Sanh et al., "DistilBERT", arXiv 1910.01108, section 3: the cosine loss of hidden
states), and texts are to be as similar to one another in the student's own features as they are for
the teacher (Park et al., "Relational knowledge distillation", arXiv 1904.05068). Texts that mean
the same, such as translations, have one target: the mean of what the teacher makes of them. All of
it is relative to the mean over all texts, from which the teacher's features differ little.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from PIL import Image
from torch import Tensor, nn

from sorairo.models.text import TextConfig, TextNetwork
from sorairo.training.evaluation.word_neighbours import mean_features
from sorairo.training.loop.throughput import count_flop
from sorairo.training.text_encoder.features import Features
from sorairo.training.text_encoder.texts import Texts

SHOWN, CELL = 96, 4  # texts in a sheet, and pixels of each
CLOSEST = 5  # neighbours of the teacher, of which one should be the student's nearest


@dataclass(frozen=True, kw_only=True)
class TextLossConfig:
    """The texts of a step, and the weights of the parts of the loss."""

    alone: int = 64
    """Words and phrases in a step that have a target of their own."""
    pairs: int = 64
    """Pairs of words or phrases in a step that mean the same."""
    captions: int = 6
    """Pairs of captions in a step."""
    token: float = 1.0
    """Weight of the error of tokens."""
    sentence: float = 1.0
    """Weight of the error of whole texts."""
    relation: float = 5.0
    """Weight of the squared error of similarities between texts."""


class DistilledText(nn.Module):
    """A text network, and the head by which it is compared with the teacher."""

    def __init__(self, text: TextNetwork, teacher_dim: int) -> None:
        super().__init__()
        self.text = text
        self.head = nn.Linear(text.config.dim, teacher_dim)

    @property
    def config(self) -> TextConfig:
        return self.text.config


@dataclass(frozen=True, kw_only=True)
class TextBatch:
    """Texts of about one length."""

    ids: Int[Tensor, "b s"]
    mask: Bool[Tensor, "b s"]
    tokens: Float[Tensor, "b s d"]
    """What the teacher makes of each token, less the mean over all tokens."""
    means: Float[Tensor, "b d"]
    """The target of each text, less the mean over all texts, of length 1."""

    def to(self, device: torch.device) -> TextBatch:
        """The batch on a device."""
        parts = (self.ids, self.mask, self.tokens, self.means)
        ids, mask, tokens, means = (each.to(device, non_blocking=True) for each in parts)
        return TextBatch(ids=ids, mask=mask, tokens=tokens, means=means)


class TextObjective:
    """1 - cosine of tokens and of texts, and the squared error of similarities between texts."""

    def __init__(
        self, network: DistilledText, config: TextLossConfig, texts: Texts, features: Features
    ) -> None:
        self.network, self.config, self.texts, self.features = network, config, texts, features
        self.device = next(network.parameters()).device
        self.means = features.means - features.means.mean(0)
        self.token_mean = np.mean(
            [each[1:].mean(0) for each in features.tokens if len(each) > 1], 0
        )
        first = len(texts.texts) - texts.captions
        self.pairs = np.array([pair for pair in texts.pairs if max(pair) < first])
        self.captions = np.array([pair for pair in texts.pairs if min(pair) >= first])
        self.alone = np.setdiff1d(np.arange(texts.held_out, first), self.pairs)
        self.flop_of_token = 0.0

    def draw(self, step: int, rng: np.random.Generator) -> list[TextBatch]:
        """The batches of one step, each of texts of about one length: words and phrases; what words
        of them mean; captions. The two texts of a pair have one target, the mean of both."""
        del step
        config = self.config
        pairs = self.pairs[rng.integers(len(self.pairs), size=config.pairs)]
        alone = self.alone[rng.integers(len(self.alone), size=config.alone)]
        captions = self.captions[rng.integers(len(self.captions), size=config.captions)]
        shared = self.means[pairs].mean(1)
        short = np.concatenate([self.means[alone], shared])
        return [
            self.batch(np.concatenate([alone, pairs[:, 0]]), short),
            self.batch(pairs[:, 1], shared),
            self.batch(captions.reshape(-1), self.means[captions].mean(1).repeat(2, 0)),
        ]

    def batch(self, numbers: np.ndarray, targets: np.ndarray) -> TextBatch:
        """Texts by their numbers, with a target for each."""
        rows = [self.features.ids[i] for i in numbers]
        shape = (len(rows), max(map(len, rows)))
        ids, mask = np.zeros(shape, int), np.zeros(shape, bool)
        tokens = np.zeros((*shape, targets.shape[1]), np.float32)
        for row, i in enumerate(numbers):
            length = len(rows[row])
            ids[row, :length], mask[row, :length] = rows[row], True
            moved = targets[row] - self.means[i]  # tokens have the target as their mean, too
            tokens[row, :length] = self.features.tokens[i] - self.token_mean + moved
        return TextBatch(
            ids=torch.from_numpy(ids),
            mask=torch.from_numpy(mask),
            tokens=torch.from_numpy(tokens),
            means=F.normalize(torch.from_numpy(targets).float(), dim=-1),
        )

    def loss(
        self, batch: list[TextBatch], generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        del generator
        parts = [self._losses(each.to(self.device)) for each in batch]
        token, sentence, relation = (
            torch.stack(values).mean() for values in zip(*parts, strict=True)
        )
        config = self.config
        loss = config.token * token + config.sentence * sentence + config.relation * relation
        named = {"token": token, "sentence": sentence, "relation": relation}
        tokens = sum(each.ids.numel() for each in batch)
        values = {name: value.detach() for name, value in named.items()}
        return loss, {"flop": 3 * tokens * self._flop(), **values}

    def _losses(self, batch: TextBatch) -> tuple[Tensor, Tensor, Tensor]:
        features = self.network.text(batch.ids, batch.mask)
        predicted = self.network.head(features).float()
        tokens = 1 - F.cosine_similarity(predicted, batch.tokens, dim=-1)[batch.mask]
        sentence = 1 - F.cosine_similarity(mean_features(predicted, batch.mask), batch.means)
        relation = similarities(mean_features(features, batch.mask)) - similarities(batch.means)
        return tokens.mean(), sentence.mean(), relation.square().mean()

    def _flop(self) -> float:
        """The FLOP of a token of a long text, counted once."""
        if not self.flop_of_token:
            shape = (1, self.network.config.max_length)
            ids = torch.zeros(shape, dtype=torch.long, device=self.device)
            mask = torch.ones(shape, dtype=torch.bool, device=self.device)
            total = count_flop(lambda: self.network.head(self.network.text(ids, mask)))
            self.flop_of_token = total / ids.numel()
        return self.flop_of_token

    @torch.no_grad()
    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Of held-out words: similarities for the teacher, on the left, and in the student's
        features. Measures the cosine to the teacher, and how often the nearest word is one of the
        teacher's CLOSEST."""
        del step
        network = DistilledText(TextNetwork(self.network.config), self.means.shape[1])
        network.load_state_dict(ema)
        network = network.to(self.device).eval()
        numbers = np.arange(self.texts.held_out)
        batch = self.batch(numbers, self.means[numbers]).to(self.device)
        features = network.text(batch.ids, batch.mask)
        pooled = mean_features(network.head(features), batch.mask)
        both = similarities(batch.means), similarities(mean_features(features, batch.mask))
        _draw([each[:SHOWN, :SHOWN] for each in both], path)
        closest, nearest = (
            each.fill_diagonal_(-2.0).topk(min(count, len(each) - 1)).indices
            for each, count in zip(both, (CLOSEST, 1), strict=True)
        )
        return {
            "held_out_cosine": float(F.cosine_similarity(pooled, batch.means).mean()),
            "held_out_neighbour": float((closest == nearest).any(1).float().mean()),
        }


def similarities(features: Float[Tensor, "b d"]) -> Float[Tensor, "b b"]:
    """The cosine of every text with every other, relative to their mean."""
    unit = F.normalize(features - features.mean(0), dim=-1)
    return unit @ unit.T


def _draw(matrices: list[Tensor], path: Path) -> None:
    """Matrices of cosines beside one another: black is -1, white 1."""
    pictures = [
        ((each.clamp(-1, 1) + 1) * 127.5).byte().cpu().numpy().repeat(CELL, 0).repeat(CELL, 1)
        for each in matrices
    ]
    Image.fromarray(np.concatenate(pictures, axis=1)).save(path)
