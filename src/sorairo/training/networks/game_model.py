"""Training runs of a playable model."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.config import to_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.errors import TrainingError
from sorairo.models.codec import Codec
from sorairo.models.crafter.amounts import AMOUNTS, AmountHead, amount_latents
from sorairo.models.crafter.files import load_play_model, save_play_model
from sorairo.models.crafter.network import PlayConfig, PlayModel, classifier
from sorairo.models.text import train_tokenizer
from sorairo.nn.pixels import to_video
from sorairo.training.data.games.latents import LatentGame, encode_games
from sorairo.training.data.games.mirrored import MIRRORS
from sorairo.training.data.games.random_pictures import random_pictures
from sorairo.training.data.games.shards import GamesConfig, record_games
from sorairo.training.data.tokenizer import kept_tokenizer
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import FILE, TrainState, averaged_weights
from sorairo.training.networks.model_record import cost
from sorairo.training.objectives.game_model import (
    NamingNetwork,
    PlayLossConfig,
    PlayObjective,
    without_names,
)
from sorairo.world.crafter.language.lexicon import PLACES, TIMES

NORMALISED_ON = 64  # pictures
WORDS = "text.embedding.weight"  # of a network: one row a token
INPUTS = "transformer.patch_embedding.weight"  # of a network: one column an input channel


def held_out_games() -> GamesConfig:
    """Games for measuring, from worlds that no training set reaches."""
    return GamesConfig(worlds=10, first_seed=1_000_000)


@dataclass(frozen=True, kw_only=True)
class PlayRecipe:
    """How a playable model is trained."""

    name: str
    """The folder of its run in the cache."""
    codec_run: str
    """The run of its codec; not needed with a `start`."""
    games: GamesConfig = field(default_factory=GamesConfig)
    """The games of the training set."""
    held_out: GamesConfig = field(default_factory=held_out_games)
    """Held-out games, for evaluation."""
    model: PlayConfig
    """The configuration of the new model."""
    start: str = ""
    """A playable model, by name or directory, that provides the codec, the tokenizer and the
    initial weights; "": the codec of `codec_run` and random weights."""
    objective: PlayLossConfig = field(default_factory=PlayLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)

    @property
    def licence(self) -> str:
        return self.model.licence

    def bases(self) -> dict[str, str]:
        return {}

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return []

    def prepare(self, folder: Path) -> PlayTask:
        start = load_play_model(self.start) if self.start else None
        codec = self._trained_codec() if start is None else start.codec.float()
        games = encode_games(record_games(self.games), codec, MIRRORS)
        held_out = encode_games(record_games(self.held_out), codec)
        tokenizer = kept_tokenizer(
            folder / "tokenizer.json", lambda: _tokenizer(self.model.text.vocabulary)
        )
        initial = None if start is None else grown(start, self.model, tokenizer)
        return PlayTask(self, codec, games, held_out, tokenizer, initial)

    def _trained_codec(self) -> Codec:
        """The codec with the averaged weights of its run, and latents of mean 0 and variance 1 over
        the games. Raises TrainingError if it was not trained."""
        path = run_folder(self.codec_run) / FILE
        if not path.exists():
            raise TrainingError(
                f"There is no codec yet: sorairo train {self.codec_run}, then this recipe."
            )
        codec = Codec(self.model.codec)
        codec.load_state_dict(averaged_weights(path))
        return normalised(codec)


@dataclass(frozen=True)
class PlayTask:
    """A playable model to train. Its result is a model directory."""

    recipe: PlayRecipe
    codec: Codec
    games: list[LatentGame]
    held_out: list[LatentGame]
    tokenizer: Tokenizer
    initial: dict[str, Tensor] | None = None
    """The initial weights of the network; None: random ones."""

    def network(self) -> NamingNetwork:
        network = NamingNetwork(self.recipe.model)
        if network.amounts is not None:
            network.amounts.table.copy_(amount_latents(self.codec))
        if self.initial is None:
            return network
        here = without_names(network.state_dict())
        if shapes(here) != shapes(self.initial):
            raise TrainingError(
                f"The network of '{self.recipe.start}' has another shape than this recipe's: give "
                'the recipe the same `model` fields, or start from random weights with `start=""`.'
            )
        network.load_state_dict(network.state_dict() | self.initial)
        return network

    def optimiser(self, network: NamingNetwork) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: NamingNetwork) -> PlayObjective:
        recipe = self.recipe
        preview = recipe.model, self.codec
        return PlayObjective(
            network, recipe.objective, self.games, self.held_out, self.tokenizer, preview
        )

    def save(self, state: TrainState, folder: Path) -> None:
        model = PlayModel(self.recipe.model, self.tokenizer)
        model.codec.load_state_dict(self.codec.state_dict())
        model.denoiser.load_state_dict(without_names(state.ema))
        record = {**cost(state, self.recipe.start), "games": to_json(self.recipe.games)}
        save_play_model(model, self.result(folder), record)

    def result(self, folder: Path) -> Path:
        return folder / "model"


def shapes(weights: dict[str, Tensor]) -> dict[str, torch.Size]:
    """The shape of each tensor."""
    return {name: value.shape for name, value in weights.items()}


def grown(start: PlayModel, config: PlayConfig, tokenizer: Tokenizer) -> dict[str, Tensor]:
    """The weights of the network of `start`, for one that reads other tokens, counts and names
    amounts and counts sleep if `config` says so. New inputs have no weight at first, and no amount
    changes."""
    weights = start.denoiser.float().state_dict()
    weights[WORDS] = embeddings(weights[WORDS], start.tokenizer, tokenizer, config.text.vocabulary)
    first = weights[INPUTS]
    if config.counted and not start.config.counted:
        # The inputs are the noised latents, the memory, two numbers of its age, and the rest.
        before = 2 * config.codec.latent_channels + 2
        ages = first.new_zeros(len(first), config.counted)
        first = torch.cat([first[:, :before], ages, first[:, before:]], 1)
    if config.named_amounts and not start.config.named_amounts:
        first = torch.cat([first, first.new_zeros(len(first), AMOUNTS)], 1)
        head = AmountHead(config.transformer.dim, config.codec.latent_channels)
        head.table.copy_(amount_latents(start.codec))
        weights |= {f"amounts.{name}": value for name, value in head.state_dict().items()}
    if config.counts_sleep and start.denoiser.sleep is None:
        sleep = classifier(config.codec.latent_channels, config.hidden)
        weights |= {f"sleep.{name}": value for name, value in sleep.state_dict().items()}
    return weights | {INPUTS: first}


def embeddings(known: Tensor, before: Tokenizer, after: Tokenizer, rows: int) -> Tensor:
    """The embeddings [rows, d] of the tokens of a tokenizer, from those of the one before: a token
    that is new is the mean of the longest pieces that it consists of."""
    numbers = before.get_vocab()
    found = known.new_zeros(rows, known.shape[1])
    for token, number in after.get_vocab().items():
        found[number] = known[[numbers[piece] for piece in _pieces(token, numbers)]].mean(0)
    return found


def _pieces(token: str, known: Container[str]) -> list[str]:
    """A token as known ones, each as long as can be; every byte is one."""
    if token in known or len(token) == 1:
        return [token]
    end = next(end for end in range(len(token) - 1, 0, -1) if token[:end] in known)
    return [token[:end], *_pieces(token[end:], known)]


@torch.inference_mode()
def normalised(codec: Codec) -> Codec:
    """The codec with latents of mean 0 and variance 1 over pictures of random tiles, where all
    tiles are equally frequent: in games nine of ten are grass."""
    pictures = random_pictures(np.random.default_rng(0), NORMALISED_ON)
    latents = codec.encoder(to_video(pictures[:, None]))
    codec.latent_mean.copy_(latents.mean((0, 2, 3, 4)))
    codec.latent_std.copy_(latents.std((0, 2, 3, 4)))
    return codec


def _tokenizer(vocabulary: int) -> Tokenizer:
    """One for the phrases of times and places."""
    phrases = [
        phrase
        for table in (TIMES, PLACES)
        for words in table.values()
        for written in words.values()
        for phrase in written
    ]
    return train_tokenizer(phrases * 4, vocabulary)
