"""Training runs of an upscaler."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.data.rendered_shards import render
from sorairo.models.model_record import TABLETOP_LICENCE
from sorairo.models.upscaling.upscaler import Upscaler, UpscalerConfig
from sorairo.models.upscaling.upscaler_files import load_upscaler, save_upscaler
from sorairo.training.data.pairs import Pair, PairsConfig, make_pairs
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.codec_directory import codec_licence, codec_mark, stored_codec
from sorairo.training.networks.model_record import cost
from sorairo.training.objectives.upscaler import UpscalerLossConfig, UpscalerObjective
from sorairo.world.protocol import ScenePart
from sorairo.world.tabletop.scene import FIRST_LIGHT, SceneConfig


def large_clips(
    scene: ScenePart, count: int, first_seed: int, world: str = "tabletop"
) -> ClipsConfig:
    """One second of each of `count` scenes, four times the size and twice the rate of the model's
    clips: 13 native frames and those between."""
    return ClipsConfig(
        world=world,
        scene=scene,
        count=count,
        first_seed=first_seed,
        seconds=25 / 24,
        fps=24.0,
        sizes=((384, 384),),
        shard_clips=16,
    )


@dataclass(frozen=True, kw_only=True)
class UpscalerRecipe:
    """How an upscaler is trained. All clips are four times the size and twice the rate of the
    model's."""

    name: str
    """The folder of its run in the cache."""
    start: str = ""
    """The directory of the upscaler that provides the initial weights, or "shipped"; "": an
    untrained network, which is a Lanczos filter."""
    clips: ClipsConfig = field(default_factory=lambda: large_clips(FIRST_LIGHT, 128, 4_000_000))
    """Clips of single bodies."""
    wide: ClipsConfig = field(default_factory=lambda: large_clips(SceneConfig(), 80, 4_500_000))
    """Clips of everything else in the world."""
    more_clips: tuple[ClipsConfig, ...] = ()
    """Further clips of the training set."""
    held_out: ClipsConfig = field(default_factory=lambda: large_clips(FIRST_LIGHT, 16, 5_000_000))
    """Held-out clips, for evaluation."""
    pairs: PairsConfig = field(default_factory=PairsConfig)
    """How clips become pairs of small and large frames."""
    upscaler: UpscalerConfig = field(default_factory=UpscalerConfig)
    objective: UpscalerLossConfig = field(default_factory=UpscalerLossConfig)
    optimiser: OptimiserConfig = field(default_factory=lambda: OptimiserConfig(adam_lr=1e-3))
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(steps=8400, ema=0.99, cooldown=0.73, warmup=40)
    )

    licence: str = TABLETOP_LICENCE
    """SPDX identifier of the licence of the upscaler."""

    def bases(self) -> dict[str, str]:
        return codec_licence(self.pairs.model)

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return [(clips, None) for clips in (self.clips, self.wide, *self.more_clips, self.held_out)]

    def prepare(self, folder: Path) -> UpscalerTask:
        stored_codec(self.pairs.model)  # what is wrong with it is said before clips are rendered
        plain = PairsConfig(styled=0.0, leaves=0, model=self.pairs.model)
        return UpscalerTask(
            self,
            _pairs(folder, self.pairs, self.clips, self.wide, *self.more_clips),
            _pairs(folder, plain, self.held_out),
        )


def _pairs(folder: Path, config: PairsConfig, *clips: ClipsConfig) -> list[Pair]:
    shards = [shard for each in clips for shard in render(each)]
    marks = [*(digest(each) for each in (*clips, config)), codec_mark(config.model)]
    name = "-".join(filter(None, marks))
    return make_pairs(shards, folder / f"pairs-{name}", config, stored_codec)


@dataclass(frozen=True)
class UpscalerTask:
    """An upscaler to train. Its result is a directory with its configuration and weights."""

    recipe: UpscalerRecipe
    pairs: list[Pair]
    held_out: list[Pair]

    def network(self) -> Upscaler:
        upscaler, start = Upscaler(self.recipe.upscaler), self.recipe.start
        if start:
            source = load_upscaler(None if start == "shipped" else Path(start))
            upscaler.load_state_dict(source.float().state_dict())
        return upscaler

    def optimiser(self, network: Upscaler) -> MuonAdam:
        """Adam for all weights. Muon's steps have one size however small the gradient: without
        norms between the layers their outputs grew to 1e9, and every unit of the last one died."""
        return MuonAdam([], list(network.parameters()), self.recipe.optimiser)

    def objective(self, network: Upscaler) -> UpscalerObjective:
        return UpscalerObjective(network, self.recipe.objective, self.pairs, self.held_out)

    def save(self, state: TrainState, folder: Path) -> None:
        averaged = Upscaler(self.recipe.upscaler)
        averaged.load_state_dict(state.ema)
        save_upscaler(averaged, self.result(folder), cost(state))

    def result(self, folder: Path) -> Path:
        return folder / "finish"
