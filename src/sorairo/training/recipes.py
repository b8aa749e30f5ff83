"""The recipes of the shipped model: functions that return frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sorairo.data.clips import (
    CANVAS_CLIPS,
    CROWD_CLIPS,
    CROWD_PICTURES,
    FILMED_CLIPS,
    FIRST_CLIPS,
    LARGE_PICTURES,
    LONG_CLIPS,
    PICTURES,
    SEVERAL_PICTURES,
    TWIN_CLIPS,
    ClipsConfig,
)
from sorairo.models.bundle import ModelConfig
from sorairo.models.codec import CodecConfig
from sorairo.models.text import TextConfig
from sorairo.training.codec import CodecLossConfig
from sorairo.training.denoiser import DenoiserLossConfig, Phase, Shape
from sorairo.training.examples import Kind, Taste
from sorairo.training.loop import LoopConfig
from sorairo.training.optimiser import OptimiserConfig
from sorairo.training.painting import PaintingConfig
from sorairo.training.sources import Source


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
    run `codec_run` or, where that is "", of the model `codec_of`, whose steadier they take as well;
    from nothing or from the model `start`."""

    name: str
    codec_run: str = ""
    codec_of: str = "tabletop"
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
        clips=CANVAS_CLIPS,
        objective=CodecLossConfig(styled=0.35, tinted=0.1, leaves=0.12),
        optimiser=OptimiserConfig(muon_lr=0.007, adam_lr=7e-4),
        loop=LoopConfig(steps=900, warmup=20, cooldown=0.5, ema=0.985, sheet_every=300),
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
    """The shipped model: every capability, learned from `tabletop` in one sitting.

    Few tokens first again: at 64 px twice as many clips fit into a batch. Pictures and short clips
    are many in a batch: new words are learned from them.
    """
    half = (
        Shape(kinds=_one_text("half ", 0.36)),
        Shape(kinds=_several_texts("half ", 0.12)),
        Shape(kinds=(Kind(draw="window", source="half world", frames=4, weight=0.27),)),
        Shape(kinds=(Kind(draw="window", source="half long", frames=23, weight=0.05, fps=1.5),)),
        *_short(0.2),
    )
    wide = tuple(
        Kind(draw="window", source="world", frames=12, weight=0.03, size=size)
        for size in ((128, 80), (80, 128))
    )
    large = tuple(
        Kind(draw="crop", source=f"large{side}", frames=12, weight=0.01, size=(1024, 1024))
        for side in (1024, 512, 256)
    )
    full = (
        Shape(kinds=_one_text("", 0.5)),
        Shape(kinds=_several_texts("", 0.13)),
        Shape(kinds=wide),
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.07, fps=1.5),)),
        *_short(0.34, crowd=True),
    )
    painting = PaintingConfig(
        shift=4.0,
        top=0.12,  # only there are words all there is
        plain=0.5,
        per_frame=0.08,
        prefix=0.15,
        suffix=0.08,
        both=0.09,
        middle=0.03,
        box=0.07,
    )
    # When words are known: boxes and cylinders are told apart in less noise, where they stand.
    fine = replace(painting, shift=1.5, top=0.06, objects=4.0, both=0.12)
    # How many things there are, and where, is settled in nearly pure noise again; at the end both.
    high = replace(painting, shift=3.5, objects=2.0, both=0.12)
    last = replace(painting, shift=2.2, top=0.1, objects=4.0, both=0.12)
    # Then cameras that follow words from a given picture, and pictures of several things.
    told = replace(high, shift=3.0, prefix=0.22, single=0.4)
    composed = (
        Shape(kinds=_one_text("", 0.42, crowd=0.35)),
        Shape(kinds=_several_texts("", 0.08)),
        Shape(kinds=wide),
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.05, fps=1.5),)),
        *_short(0.40, crowd=True, still_lifes=0.75),
    )
    filmed = (
        Shape(kinds=_one_text("", 0.44, crowd=0.25, filmed=0.35)),
        Shape(kinds=_several_texts("", 0.06)),
        Shape(kinds=wide),
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.04, fps=1.5),)),
        *_short(0.42, crowd=True, still_lifes=0.6, more=1.2),
    )
    # At the end mostly pictures, and more of one thing: numbers are soon forgotten beside clips.
    pictured = (
        Shape(kinds=_one_text("", 0.5, crowd=0.2, filmed=0.15)),
        Shape(kinds=_several_texts("", 0.05)),
        Shape(kinds=wide),
        Shape(kinds=large),
        *_short(0.55, crowd=True, still_lifes=1.2, more=0.5),
    )
    square = replace(CANVAS_CLIPS, sizes=((96, 96),))
    by_size = {
        f"{name}{rest}": replace(source, shrink=shrink)
        for name, shrink in (("", 1.0), ("half ", 1.5))
        for rest, source in {
            "world": Source(clips=CANVAS_CLIPS, styled=0.35, pictures=6),
            "first": Source(clips=FIRST_CLIPS, styled=0.1),
            "long": Source(clips=LONG_CLIPS, styled=0.1),
            "fades": Source(clips=CANVAS_CLIPS, styled=0.2, crossed=True, count=300),
            "twins": Source(clips=CANVAS_CLIPS, count=720, twins=TWIN_CLIPS),
        }.items()
    }
    return ModelRecipe(
        name="canvas",
        start="tabletop",
        codec_run="canvas-codec",
        sources=by_size
        | {
            "crowd": Source(clips=CROWD_CLIPS, styled=0.1),
            "still lifes": Source(clips=CROWD_PICTURES, styled=0.05, alone=True),
            "several things": Source(clips=SEVERAL_PICTURES, styled=0.05, alone=True),
            "filmed": Source(clips=FILMED_CLIPS, styled=0.05),
            "pictures": Source(clips=PICTURES, styled=0.4, alone=True),
            "photographs": Source(clips=square, leaves=150),
            "large1024": Source(clips=LARGE_PICTURES, alone=True, count=40),
            "large512": Source(clips=LARGE_PICTURES, alone=True, shrink=2, styled=0.2),
            "large256": Source(clips=LARGE_PICTURES, alone=True, shrink=4, styled=0.2),
        },
        objective=DenoiserLossConfig(
            phases=(
                Phase(until=0.088, shapes=half),
                Phase(until=0.254, shapes=full),
                Phase(until=0.556, shapes=full, painting=fine),
                Phase(until=0.712, shapes=composed, painting=high),
                Phase(until=0.8, shapes=composed, painting=last),
                Phase(until=0.917, shapes=filmed, painting=told),
                Phase(until=0.9755, shapes=filmed, painting=replace(told, shift=2.2, objects=4.0)),
                Phase(until=1.0, shapes=pictured, painting=replace(told, objects=3.0)),
            ),
            painting=painting,
        ),
        model=ModelConfig(max_frames=1441, text=TextConfig(vocabulary=832)),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=20_500, ema=0.998, cooldown=0.2, warmup=50, sheet_every=500),
    )


def _one_text(size: str, share: float, crowd: float = 0.2, filmed: float = 0.0) -> tuple[Kind, ...]:
    """Thirteen latent frames under one text: a clip, a clip and two pictures, or an edit."""
    kinds = (
        Kind(draw="window", source=f"{size}world", frames=13, weight=0.28),
        Kind(draw="window", source=f"{size}first", frames=13, weight=0.20),
        Kind(draw="keyed", source=f"{size}world", frames=11, weight=0.13),
        Kind(draw="edited", source=f"{size}twins", frames=13, weight=0.19),
    )
    if not size:
        kinds += (
            Kind(draw="window", source="crowd", frames=13, weight=crowd),
            Kind(draw="window", source="photographs", frames=13, weight=0.05),
        )
    if filmed:
        kinds += (Kind(draw="window", source="filmed", frames=13, weight=filmed),)
    return tuple(replace(kind, weight=share * kind.weight) for kind in kinds)


def _several_texts(size: str, share: float) -> tuple[Kind, ...]:
    """Thirteen latent frames: two or three shots, or one clip that becomes another."""
    return (
        Kind(draw="story", source=f"{size}world", frames=13, weight=0.55 * share),
        Kind(draw="fade", source=f"{size}fades", frames=13, weight=0.45 * share),
    )


def _short(
    share: float, crowd: bool = False, still_lifes: float = 0.35, more: float = 0.0
) -> tuple[Shape, ...]:
    """Pictures, and clips of three latent frames, at full size; of several things if `crowd`."""
    pictures = (
        Kind(draw="window", source="pictures", frames=1, weight=0.30 * share),
        Kind(draw="still", source="world", frames=1, weight=0.12 * share),
    )
    brief = (
        Kind(draw="window", source="world", frames=3, weight=0.25 * share),
        Kind(draw="window", source="first", frames=3, weight=0.10 * share),
    )
    if crowd:
        pictures += (
            Kind(draw="window", source="still lifes", frames=1, weight=still_lifes * share),
        )
        if more:
            pictures += (
                Kind(draw="window", source="several things", frames=1, weight=more * share),
            )
        brief += (Kind(draw="window", source="crowd", frames=3, weight=0.25 * share),)
    return Shape(kinds=pictures), Shape(kinds=brief)
