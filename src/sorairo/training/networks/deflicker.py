"""Training runs of a deflicker network, which removes what a model's codec adds from frame to
frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sorairo.config import formerly
from sorairo.data.clip_sets import CANVAS_CLIPS, CROWD_CLIPS, FIRST_CLIPS
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import Shard, render
from sorairo.models import hub
from sorairo.models.deflicker import Deflicker, DeflickerConfig
from sorairo.models.model import Model
from sorairo.models.network_files import load_networks, save_networks
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.codec import held_out_clips
from sorairo.training.networks.codec_directory import WEIGHTS
from sorairo.training.networks.encoding_codec import codec_digest
from sorairo.training.networks.model_record import cost
from sorairo.training.objectives.deflicker import DeflickerLossConfig, DeflickerObjective


@dataclass(frozen=True, kw_only=True)
class DeflickerRecipe:
    """How the deflicker network of a model is trained."""

    name: str = "tabletop-steadier"
    """The folder of its run in the cache; the short digest of the codec is appended."""
    model: str = "tabletop"
    """The model, by name or directory. The result is a copy of it with the new network."""
    clips: tuple[ClipsConfig, ...] = (CANVAS_CLIPS, CROWD_CLIPS, FIRST_CLIPS)
    """The clips of the training set."""
    held_out: ClipsConfig = field(default_factory=held_out_clips)
    """Held-out clips, for evaluation."""
    deflicker: DeflickerConfig = field(
        default_factory=DeflickerConfig, metadata=formerly("steadier")
    )
    objective: DeflickerLossConfig = field(default_factory=DeflickerLossConfig)
    optimiser: OptimiserConfig = field(
        default_factory=lambda: OptimiserConfig(muon_lr=0.01, adam_lr=1e-3)
    )
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(steps=1500, warmup=30, cooldown=0.5, ema=0.98)
    )

    @property
    def licence(self) -> str:
        """That of the model, of which the result is a copy."""
        return hub.info(hub.find(self.model)).facts.licence

    def bases(self) -> dict[str, str]:
        return {}

    def run_name(self) -> str:
        """Another codec makes other errors, so it has a run of its own."""
        return f"{self.name}-{codec_digest(hub.find(self.model) / WEIGHTS)}"

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return [(clips, None) for clips in (*self.clips, self.held_out)]

    def prepare(self, folder: Path) -> DeflickerTask:
        del folder
        return DeflickerTask(
            self,
            load_networks(hub.find(self.model)),
            [shard for clips in self.clips for shard in render(clips)],
            render(self.held_out),
        )


@dataclass(frozen=True)
class DeflickerTask:
    """A deflicker network to train. Its result is a model directory with it."""

    recipe: DeflickerRecipe
    model: Model
    shards: list[Shard]
    held_out: list[Shard]

    def network(self) -> Deflicker:
        return Deflicker(self.recipe.deflicker)

    def optimiser(self, network: Deflicker) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: Deflicker) -> DeflickerObjective:
        config = self.recipe.objective
        return DeflickerObjective(network, self.model.codec, config, self.shards, self.held_out)

    def save(self, state: TrainState, folder: Path) -> None:
        averaged = Deflicker(self.recipe.deflicker)
        averaged.load_state_dict(state.ema)
        self.model.set_deflicker(averaged)
        record = hub.info(hub.find(self.recipe.model)).record["training"]
        save_networks(self.model, self.result(folder), {**record, "steadier": cost(state)})

    def result(self, folder: Path) -> Path:
        return folder / "model"
