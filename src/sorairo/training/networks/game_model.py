"""Training runs of a playable model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from sorairo.config import to_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.errors import TrainingError
from sorairo.models.codec import Codec
from sorairo.models.crafter.files import load_play_model, save_play_model
from sorairo.models.crafter.network import PlayConfig, PlayModel, PlayNetwork
from sorairo.models.text import train_tokenizer
from sorairo.nn.pixels import to_video
from sorairo.training.data.games.latents import LatentGame, encode_games
from sorairo.training.data.games.mirrored import MIRRORS
from sorairo.training.data.games.random_pictures import random_pictures
from sorairo.training.data.games.shards import GamesConfig, record_games
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import FILE, TrainState, averaged_weights
from sorairo.training.networks.model_record import cost
from sorairo.training.objectives.game_model import PlayLossConfig, PlayObjective
from sorairo.world.crafter.language.lexicon import PLACES, TIMES

NORMALISED_ON = 64  # pictures


def held_out_games() -> GamesConfig:
    """Games for measuring, from worlds that no training set reaches."""
    return GamesConfig(worlds=10, first_seed=1_000_000)


@dataclass(frozen=True, kw_only=True)
class PlayRecipe:
    """How a playable model is trained."""

    name: str
    """The folder of its run in the cache."""
    codec_run: str
    """The run of its codec."""
    games: GamesConfig = field(default_factory=GamesConfig)
    """The games of the training set."""
    held_out: GamesConfig = field(default_factory=held_out_games)
    """Held-out games, for evaluation."""
    model: PlayConfig
    """The configuration of the new model."""
    start: str = ""
    """A playable model, by name or directory, that provides the initial weights; "": random
    ones."""
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
        codec = self._codec()
        games = encode_games(record_games(self.games), codec, MIRRORS)
        held_out = encode_games(record_games(self.held_out), codec)
        tokenizer = _tokenizer(folder / "tokenizer.json", self.model.text.vocabulary)
        return PlayTask(self, codec, games, held_out, tokenizer)

    def _codec(self) -> Codec:
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

    def network(self) -> PlayNetwork:
        network = PlayNetwork(self.recipe.model)
        if self.recipe.start:
            network.load_state_dict(
                load_play_model(self.recipe.start).denoiser.float().state_dict()
            )
        return network

    def optimiser(self, network: PlayNetwork) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: PlayNetwork) -> PlayObjective:
        recipe = self.recipe
        preview = recipe.model, self.codec
        return PlayObjective(
            network, recipe.objective, self.games, self.held_out, self.tokenizer, preview
        )

    def save(self, state: TrainState, folder: Path) -> None:
        model = PlayModel(self.recipe.model, self.tokenizer)
        model.codec.load_state_dict(self.codec.state_dict())
        model.denoiser.load_state_dict(state.ema)
        record = {**cost(state), "games": to_json(self.recipe.games)}
        save_play_model(model, self.result(folder), record)

    def result(self, folder: Path) -> Path:
        return folder / "model"


@torch.inference_mode()
def normalised(codec: Codec) -> Codec:
    """The codec with latents of mean 0 and variance 1 over pictures of random tiles, where all
    tiles are equally frequent: in games nine of ten are grass."""
    pictures = random_pictures(np.random.default_rng(0), NORMALISED_ON)
    latents = codec.encoder(to_video(pictures[:, None]))
    codec.latent_mean.copy_(latents.mean((0, 2, 3, 4)))
    codec.latent_std.copy_(latents.std((0, 2, 3, 4)))
    return codec


def _tokenizer(path: Path, vocabulary: int) -> Tokenizer:
    """The tokenizer in the file `path`, which is written if it is not there: one for the phrases of
    times and places."""
    if not path.exists():
        phrases = [
            each
            for table in (TIMES, PLACES)
            for words in table.values()
            for written in words.values()
            for phrase in written
            for each in (phrase, f" {phrase}")
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        train_tokenizer(phrases * 4, vocabulary).save(str(path))
    return Tokenizer.from_file(str(path))
