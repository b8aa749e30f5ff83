"""Training runs of a codec."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sorairo.data.clip_sets import find_clips
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import Shard, render
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.model_record import TABLETOP_LICENCE
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.codec_directory import codec_licence, stored_codec
from sorairo.training.networks.larger_codec import enlarged
from sorairo.training.objectives.codec import CodecLossConfig, CodecObjective


def held_out_clips() -> ClipsConfig:
    """Clips for measuring, from seeds that no training set reaches."""
    return ClipsConfig(count=80, first_seed=1_000_000)


@dataclass(frozen=True, kw_only=True)
class CodecRecipe:
    """How a codec is trained."""

    name: str
    """The folder of its run in the cache."""
    start: str = ""
    """The codec that provides the initial weights: a model, a training run or the directory of a
    codec (see `stored_codec`); "": random ones."""
    clips: ClipsConfig = field(default_factory=ClipsConfig)
    """The clips of the training set."""
    more_clips: tuple[ClipsConfig, ...] = ()
    """Further clips of the training set. Shards of all sets are drawn equally often."""
    more_sets: tuple[str, ...] = ()
    """Further sets of clips, by their names in `sorairo.data.clip_sets`."""
    held_out: ClipsConfig = field(default_factory=held_out_clips)
    """Held-out clips, for evaluation."""
    codec: CodecConfig = field(default_factory=CodecConfig)
    objective: CodecLossConfig = field(default_factory=CodecLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)
    licence: str = TABLETOP_LICENCE
    """SPDX identifier of the licence of the codec."""

    def bases(self) -> dict[str, str]:
        return codec_licence(self.start)

    def run_name(self) -> str:
        return self.name

    def training_clips(self) -> tuple[ClipsConfig, ...]:
        """All clips of the training set. Raises UnknownNameError for a set that does not exist."""
        return (self.clips, *self.more_clips, *(find_clips(name) for name in self.more_sets))

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return [(clips, None) for clips in (*self.training_clips(), self.held_out)]

    def prepare(self, folder: Path) -> CodecTask:
        del folder
        if self.start:
            stored_codec(self.start)  # what is wrong with it is said before clips are rendered
        shards = [shard for clips in self.training_clips() for shard in render(clips)]
        return CodecTask(self, shards, render(self.held_out))


@dataclass(frozen=True)
class CodecTask:
    """A codec to train. Its result is the state itself: other recipes read the codec from there."""

    recipe: CodecRecipe
    shards: list[Shard]
    held_out: list[Shard]

    def network(self) -> Codec:
        codec = Codec(self.recipe.codec)
        if self.recipe.start:
            codec.load_state_dict(enlarged(stored_codec(self.recipe.start).state_dict(), codec))
        return codec

    def optimiser(self, network: Codec) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: Codec) -> CodecObjective:
        return CodecObjective(network, self.recipe.objective, self.shards, self.held_out)

    def save(self, state: TrainState, folder: Path) -> None:
        """Nothing beside the state."""

    def result(self, folder: Path) -> Path:
        return folder
