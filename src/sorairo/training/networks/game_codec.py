"""Training runs of the codec of the playable world."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sorairo.data.clips_config import ClipsConfig
from sorairo.models.codec import Codec, CodecConfig
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.objectives.game_codec import GameCodecLossConfig, GameCodecObjective


@dataclass(frozen=True, kw_only=True)
class GameCodecRecipe:
    """How the codec of the playable world is trained. It needs no clips: its pictures are random
    tiles."""

    name: str
    """The folder of its run in the cache."""
    codec: CodecConfig = field(default_factory=CodecConfig)
    objective: GameCodecLossConfig = field(default_factory=GameCodecLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)
    licence: str = "Apache-2.0"
    """SPDX identifier of the licence of the codec."""

    def bases(self) -> dict[str, str]:
        return {}

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return []

    def prepare(self, folder: Path) -> GameCodecTask:
        del folder
        return GameCodecTask(self)


@dataclass(frozen=True)
class GameCodecTask:
    """A codec to train. Its result is the state itself: the recipe of the model reads it there."""

    recipe: GameCodecRecipe

    def network(self) -> Codec:
        return Codec(self.recipe.codec)

    def optimiser(self, network: Codec) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: Codec) -> GameCodecObjective:
        return GameCodecObjective(network, self.recipe.objective)

    def save(self, state: TrainState, folder: Path) -> None:
        """Nothing beside the state."""

    def result(self, folder: Path) -> Path:
        return folder
