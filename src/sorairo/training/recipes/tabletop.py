"""The recipes of the shipped model: functions that return frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

from sorairo.data.rendered_shards import (
    CANVAS_CLIPS,
    ClipsConfig,
)
from sorairo.models.codec import CodecConfig
from sorairo.models.model import ModelConfig
from sorairo.training.data.encode import LatentSource
from sorairo.training.data.samplers import CaptionConfig, ExampleSpec
from sorairo.training.loop.loop import LoopConfig
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.objectives.codec import CodecLossConfig
from sorairo.training.objectives.denoiser import DenoiserLossConfig, Phase, Shape


@dataclass(frozen=True, kw_only=True)
class CodecRecipe:
    """How a codec is trained. `name` is the folder of its run in the cache; `start` a model to
    begin with, by name or directory ("" for none); `held_out` are clips that it never sees, for
    measuring."""

    name: str
    start: str = ""
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
    """How a transformer and its text encoder are trained on `sources`, encoded by the codec of the
    run `codec_run` or, where that is "", of the model `codec_of`, whose steadier they take as well;
    from nothing or from the model `start`."""

    name: str
    codec_run: str = ""
    codec_of: str = "tabletop"
    sources: dict[str, LatentSource]
    objective: DenoiserLossConfig
    start: str = ""
    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


def tabletop_codec() -> CodecRecipe:
    """The codec of the shipped model."""
    return CodecRecipe(name="tabletop-codec", loop=LoopConfig(steps=1400, cooldown=0.4, ema=0.995))


def canvas_codec() -> CodecRecipe:
    """The codec of `tabletop_codec` taught styles, lights and what photographs are made of."""
    return CodecRecipe(
        name="canvas-codec",
        start="tabletop",
        clips=CANVAS_CLIPS,
        objective=CodecLossConfig(styled=0.35, tinted=0.1, leaves=0.12),
        optimiser=OptimiserConfig(muon_lr=0.007, adam_lr=7e-4),
        loop=LoopConfig(steps=900, warmup=20, cooldown=0.5, ema=0.985, sheet_every=300),
    )


def tabletop() -> ModelRecipe:
    """First light: one object, three shapes, eight colours, four floors, four events, from nothing.
    Few tokens first."""
    half = (
        Shape(kinds=(ExampleSpec(draw="window", source="half", frames=7, weight=0.45),)),
        Shape(kinds=(ExampleSpec(draw="window", source="half", frames=13, weight=0.4),)),
        Shape(kinds=(ExampleSpec(draw="still", source="full", frames=1, weight=0.15),)),
    )
    wide = tuple(
        ExampleSpec(draw="window", source="full", frames=5, weight=0.075, size=size)
        for size in ((128, 80), (80, 128))
    )
    full = (
        Shape(kinds=(ExampleSpec(draw="window", source="full", frames=4, weight=0.3),)),
        Shape(kinds=(ExampleSpec(draw="window", source="full", frames=13, weight=0.35),)),
        Shape(kinds=(ExampleSpec(draw="window", source="slow", frames=7, weight=0.1, fps=6),)),
        Shape(kinds=wide),
        Shape(kinds=(ExampleSpec(draw="still", source="full", frames=1, weight=0.1),)),
    )
    clips = ClipsConfig()
    return ModelRecipe(
        name="tabletop",
        codec_run="tabletop-codec",
        sources={
            "full": LatentSource(clips=clips, pictures=3),
            "half": LatentSource(clips=clips, shrink=1.5),
            "slow": LatentSource(clips=clips, stride=2),
        },
        objective=DenoiserLossConfig(
            phases=(Phase(until=0.36, shapes=half), Phase(until=1.0, shapes=full)),
            taste=CaptionConfig(from_start=0.85),
        ),
        loop=LoopConfig(steps=3000, ema=0.998, cooldown=0.3, warmup=100),
    )
