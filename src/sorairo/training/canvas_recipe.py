"""The recipe of the shipped model: what is shown in each phase, and how it is painted."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clips import (
    BRIDGE_CLIPS,
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
    WIDE_CLIPS,
    WIDE_PICTURES,
)
from sorairo.models.bundle import ModelConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.denoiser import DenoiserLossConfig, Phase, Shape
from sorairo.training.examples import Kind
from sorairo.training.loop import LoopConfig
from sorairo.training.optimiser import OptimiserConfig
from sorairo.training.painting import PaintingConfig
from sorairo.training.recipes import ModelRecipe
from sorairo.training.sources import Source


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
    # Then bridges between clips, and every shape of picture and film, beside all the rest.
    every_shape = (
        Shape(kinds=tuple(replace(kind, weight=0.015) for kind in wide)),
        Shape(kinds=_both_ways("wide clips", (144, 80), frames=12, share=0.08)),
        *(
            Shape(kinds=_both_ways("wide pictures", size, frames=1, share=0.06))
            for size in ((144, 80), (128, 80), (112, 80))
        ),
    )
    led = replace(told, shift=2.6, objects=3.0, bridged=0.7)
    bridged = (
        Shape(kinds=_one_text("", 0.42, crowd=0.25, first=0.35, filmed=0.12)),
        Shape(kinds=_several_texts("", 0.18, bridges=1.2)),
        *every_shape,
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.03, fps=1.5),)),
        *_short(0.42, crowd=True, still_lifes=0.9, more=0.8),
    )
    # With places in the picture: where things stand is learned anew, in nearly pure noise.
    placed = (
        Shape(kinds=_one_text("", 0.34, crowd=0.35, first=0.3, filmed=0.15)),
        Shape(kinds=_several_texts("", 0.12, bridges=1.0)),
        *every_shape,
        Shape(kinds=large),
        *_short(0.6, crowd=True, still_lifes=1.0, more=1.2),
    )
    whole = (
        Shape(kinds=_one_text("", 0.42, crowd=0.3, first=0.3, filmed=0.12)),
        Shape(kinds=_several_texts("", 0.18, bridges=1.2)),
        *every_shape,
        Shape(kinds=large),
        Shape(kinds=(Kind(draw="window", source="long", frames=23, weight=0.03, fps=1.5),)),
        *_short(0.46, crowd=True, still_lifes=0.8, more=0.8),
    )
    square = replace(CANVAS_CLIPS, sizes=((96, 96),))
    by_size = {
        f"{name}{rest}": replace(source, shrink=shrink)
        for name, shrink in (("", 1.0), ("half ", 1.5))
        for rest, source in {
            "world": Source(clips=CANVAS_CLIPS, styled=0.35, pictures=6),
            "first": Source(clips=FIRST_CLIPS, styled=0.1),
            "long": Source(clips=LONG_CLIPS, styled=0.1),
            "bridges": Source(clips=BRIDGE_CLIPS),
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
            "wide clips": Source(clips=WIDE_CLIPS, styled=0.15),
            "wide pictures": Source(clips=WIDE_PICTURES, styled=0.1, alone=True),
            "pictures": Source(clips=PICTURES, styled=0.4, alone=True),
            "photographs": Source(clips=square, leaves=150),
            "large1024": Source(clips=LARGE_PICTURES, alone=True, count=40),
            "large512": Source(clips=LARGE_PICTURES, alone=True, shrink=2, styled=0.2),
            "large256": Source(clips=LARGE_PICTURES, alone=True, shrink=4, styled=0.2),
        },
        objective=DenoiserLossConfig(
            phases=(
                Phase(until=0.067, shapes=half),
                Phase(until=0.1936, shapes=full),
                Phase(until=0.4239, shapes=full, painting=fine),
                Phase(until=0.5429, shapes=composed, painting=high),
                Phase(until=0.6095, shapes=composed, painting=last),
                Phase(until=0.6987, shapes=filmed, painting=told),
                Phase(until=0.7436, shapes=filmed, painting=replace(told, shift=2.2, objects=4.0)),
                Phase(until=0.7621, shapes=pictured, painting=replace(told, objects=3.0)),
                Phase(until=0.8327, shapes=bridged, painting=led),
                Phase(until=0.9257, shapes=placed, painting=replace(high, prefix=0.2, single=0.4)),
                Phase(until=1.0, shapes=whole, painting=led),
            ),
            painting=painting,
        ),
        model=ModelConfig(
            max_frames=1441,
            transformer=TransformerConfig(place_frequencies=6),
            text=TextConfig(vocabulary=832),
        ),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=26_900, ema=0.998, cooldown=0.2, warmup=50, sheet_every=500),
    )


def _both_ways(
    source: str, size: tuple[int, int], *, frames: int, share: float
) -> tuple[Kind, ...]:
    """Lying and upright: as many tokens."""
    return tuple(
        Kind(draw="window", source=source, frames=frames, weight=share / 2, size=each)
        for each in (size, (size[1], size[0]))
    )


def _one_text(
    size: str, share: float, crowd: float = 0.2, first: float = 0.2, filmed: float = 0.0
) -> tuple[Kind, ...]:
    """Thirteen latent frames under one text: a clip, a clip and two pictures, or an edit."""
    kinds = (
        Kind(draw="window", source=f"{size}world", frames=13, weight=0.28),
        Kind(draw="window", source=f"{size}first", frames=13, weight=first),
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


def _several_texts(size: str, share: float, bridges: float = 0.45) -> tuple[Kind, ...]:
    """Thirteen latent frames: two or three shots, or one clip that becomes another."""
    return (
        Kind(draw="story", source=f"{size}world", frames=13, weight=0.55 * share),
        Kind(draw="fade", source=f"{size}bridges", frames=13, weight=bridges * share),
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
