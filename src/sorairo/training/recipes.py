"""Recipes are functions that return frozen values: `sorairo train NAME field.path=value ...`"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sorairo.data.clips import CANVAS_CLIPS, LARGE_PICTURES, LONG_CLIPS, TWIN_CLIPS, ClipsConfig
from sorairo.models.bundle import ModelConfig
from sorairo.models.codec import CodecConfig
from sorairo.training.codec import CodecLossConfig
from sorairo.training.denoiser import DenoiserLossConfig, Phase, Shape
from sorairo.training.examples import Kind, Taste
from sorairo.training.loop import LoopConfig
from sorairo.training.optimiser import OptimiserConfig
from sorairo.training.painting import PaintingConfig
from sorairo.training.sources import Source
from sorairo.training.upscaling import FinishRecipe, tabletop_finish


@dataclass(frozen=True, kw_only=True)
class CodecRecipe:
    """How a codec is trained. `name` is the folder of its run in the cache; `start` a model to
    begin with, by name or directory ("" for none); `held_out` are clips that it
    never sees, for measuring."""

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
    run `codec_run`, from nothing or from the model `start`."""

    name: str
    codec_run: str
    sources: dict[str, Source]
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
        objective=CodecLossConfig(styled=0.3, tinted=0.25, leaves=0.15),
        optimiser=OptimiserConfig(muon_lr=0.006, adam_lr=6e-4),
        loop=LoopConfig(steps=800, warmup=30, cooldown=0.5, ema=0.99, sheet_every=200),
    )


def tabletop() -> ModelRecipe:
    """First light: one object, three shapes, eight colours, four floors, four events, from nothing.
    Few tokens first."""
    half = (
        Shape(kinds=(Kind(draw="window", source="half", frames=7, weight=0.45),)),
        Shape(kinds=(Kind(draw="window", source="half", frames=13, weight=0.4),)),
        Shape(kinds=(Kind(draw="still", source="full", frames=1, weight=0.15),)),
    )
    wide = tuple(
        Kind(draw="window", source="full", frames=5, weight=0.075, size=size)
        for size in ((128, 80), (80, 128))
    )
    full = (
        Shape(kinds=(Kind(draw="window", source="full", frames=4, weight=0.3),)),
        Shape(kinds=(Kind(draw="window", source="full", frames=13, weight=0.35),)),
        Shape(kinds=(Kind(draw="window", source="slow", frames=7, weight=0.1, fps=6),)),
        Shape(kinds=wide),
        Shape(kinds=(Kind(draw="still", source="full", frames=1, weight=0.1),)),
    )
    clips = ClipsConfig()
    return ModelRecipe(
        name="tabletop",
        codec_run="tabletop-codec",
        sources={
            "full": Source(clips=clips, pictures=3),
            "half": Source(clips=clips, shrink=1.5),
            "slow": Source(clips=clips, stride=2),
        },
        objective=DenoiserLossConfig(
            phases=(Phase(until=0.36, shapes=half), Phase(until=1.0, shapes=full)),
            taste=Taste(from_start=0.85),
        ),
        loop=LoopConfig(steps=3000, ema=0.998, cooldown=0.3, warmup=100),
    )


def canvas() -> ModelRecipe:
    """The shipped model: every capability, learned from `tabletop`.

    Most shapes have 13 x 36 tokens: a clip, or a clip and two pictures, or three shots. Pictures
    and short clips are many in a batch: new words are learned from them.
    """
    one_text = (
        Kind(draw="window", source="world", frames=13, weight=0.26),
        Kind(draw="window", source="first", frames=13, weight=0.16),
        Kind(draw="keyed", source="world", frames=11, weight=0.12),
        Kind(draw="window", source="photographs", frames=13, weight=0.06),
        Kind(draw="edited", source="twins", frames=13, weight=0.16),
    )
    texts = (
        Kind(draw="story", source="world", frames=13, weight=0.11),
        Kind(draw="fade", source="fades", frames=13, weight=0.05),
    )
    wide = tuple(
        Kind(draw="window", source="world", frames=12, weight=0.03, size=size)
        for size in ((128, 80), (80, 128))
    )
    large = tuple(
        Kind(draw="crop", source=f"large{side}", frames=12, weight=weight, size=(1024, 1024))
        for side, weight in ((1024, 0.05), (512, 0.06), (256, 0.05))
    )
    shapes = (
        Shape(kinds=one_text),
        Shape(kinds=texts),
        Shape(kinds=wide),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.08, fps=1.5),)),
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="still", source="world", frames=1, weight=0.35),)),
        Shape(kinds=(Kind(draw="window", source="world", frames=3, weight=0.55),)),
    )
    square = replace(CANVAS_CLIPS, sizes=((96, 96),))
    return ModelRecipe(
        name="canvas",
        start="tabletop",
        codec_run="canvas-codec",
        sources={
            "world": Source(clips=CANVAS_CLIPS, styled=0.35, pictures=6),
            "first": Source(clips=ClipsConfig(), styled=0.1, count=800),
            "long": Source(clips=LONG_CLIPS, styled=0.1),
            "fades": Source(clips=CANVAS_CLIPS, styled=0.2, crossed=True, count=400),
            "twins": Source(clips=CANVAS_CLIPS, count=720, twins=TWIN_CLIPS),
            "photographs": Source(clips=square, leaves=300),
            "large1024": Source(clips=LARGE_PICTURES, alone=True, count=48),
            "large512": Source(clips=LARGE_PICTURES, alone=True, shrink=2, styled=0.2),
            "large256": Source(clips=LARGE_PICTURES, alone=True, shrink=4, styled=0.2),
        },
        objective=DenoiserLossConfig(
            phases=(Phase(until=1.0, shapes=shapes),),
            painting=PaintingConfig(
                shift=5.0,  # thirteen frames still show their floor and light through 95 % noise
                plain=0.5,
                per_frame=0.08,
                prefix=0.15,
                suffix=0.08,
                both=0.09,
                middle=0.03,
                box=0.07,
            ),
        ),
        model=ModelConfig(max_frames=1441),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=6000, ema=0.998, cooldown=0.25, warmup=50, sheet_every=500),
    )


RECIPES: dict[str, Callable[[], CodecRecipe | ModelRecipe | FinishRecipe]] = {
    "tabletop-codec": tabletop_codec,
    "canvas-codec": canvas_codec,
    "tabletop": tabletop,
    "canvas": canvas,
    "tabletop-finish": tabletop_finish,
}
