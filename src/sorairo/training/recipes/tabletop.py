"""The recipes of the table-top model: its codec, its first denoiser, deflicker network and
upscaler."""

from __future__ import annotations

from sorairo.data.clip_sets import CANVAS_CLIPS
from sorairo.data.clips_config import ClipsConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
from sorairo.training.data.samplers.captions import CaptionConfig
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.codec import CodecRecipe
from sorairo.training.networks.deflicker import DeflickerRecipe
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.networks.upscaler import UpscalerRecipe
from sorairo.training.objectives.codec import CodecLossConfig


def tabletop_codec() -> CodecRecipe:
    """The first codec, from random weights."""
    return CodecRecipe(name="tabletop-codec", loop=LoopConfig(steps=1400, cooldown=0.4, ema=0.995))


def canvas_codec() -> CodecRecipe:
    """Continues the codec of `tabletop_codec` with styles, lights and dead leaves."""
    return CodecRecipe(
        name="canvas-codec",
        start="tabletop",
        clips=CANVAS_CLIPS,
        objective=CodecLossConfig(styled=0.35, tinted=0.1, leaves=0.12),
        optimiser=OptimiserConfig(muon_lr=0.007, adam_lr=7e-4),
        loop=LoopConfig(steps=900, warmup=20, cooldown=0.5, ema=0.985, sheet_every=300),
    )


def tabletop() -> ModelRecipe:
    """The first model, from random weights: one body, three shapes, eight colours, four floors,
    four events. The first phase has few tokens."""
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
        Shape(kinds=(ExampleSpec(draw="window", source="slow", frames=7, weight=0.1),)),
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
            captions=CaptionConfig(from_start=0.85),
        ),
        loop=LoopConfig(steps=3000, ema=0.998, cooldown=0.3, warmup=100),
    )


def tabletop_deflicker() -> DeflickerRecipe:
    """The deflicker network of the shipped model."""
    return DeflickerRecipe()


def tabletop_upscaler() -> UpscalerRecipe:
    """The shipped upscaler."""
    return UpscalerRecipe(name="tabletop-finish")
