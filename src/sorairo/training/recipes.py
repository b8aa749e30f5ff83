"""Recipes are functions that return frozen values: `sorairo train NAME field.path=value ...`"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sorairo.data.clips import ClipsConfig
from sorairo.models.bundle import ModelConfig
from sorairo.models.codec import CodecConfig
from sorairo.training.codec import CodecLossConfig
from sorairo.training.denoiser import DenoiserLossConfig
from sorairo.training.loop import LoopConfig
from sorairo.training.optimiser import OptimiserConfig


@dataclass(frozen=True, kw_only=True)
class CodecRecipe:
    """How a codec is trained. `name` is the folder of its run in the cache; `held_out` are clips
    that it never sees, for measuring."""

    name: str
    clips: ClipsConfig = field(default_factory=ClipsConfig)
    held_out: ClipsConfig = field(
        default_factory=lambda: ClipsConfig(count=80, first_seed=1_000_000)
    )
    codec: CodecConfig = field(default_factory=CodecConfig)
    objective: CodecLossConfig = field(default_factory=CodecLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True, kw_only=True)
class ModelRecipe:
    """How a transformer and its text encoder are trained on the latents of the codec of the run
    `codec_run`."""

    name: str
    codec_run: str
    clips: ClipsConfig = field(default_factory=ClipsConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    objective: DenoiserLossConfig = field(default_factory=DenoiserLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


def tabletop_codec() -> CodecRecipe:
    """The codec of the shipped model."""
    return CodecRecipe(name="tabletop-codec", loop=LoopConfig(steps=1400, cooldown=0.4, ema=0.995))


def tabletop() -> ModelRecipe:
    """The shipped model: one object, three shapes, eight colours, four floors, four events."""
    return ModelRecipe(
        name="tabletop",
        codec_run="tabletop-codec",
        loop=LoopConfig(steps=3000, ema=0.998, cooldown=0.3, warmup=100),
    )


RECIPES: dict[str, Callable[[], CodecRecipe | ModelRecipe]] = {
    "tabletop-codec": tabletop_codec,
    "tabletop": tabletop,
}
