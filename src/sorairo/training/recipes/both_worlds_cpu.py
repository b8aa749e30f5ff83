"""The recipe `both-worlds-cpu`: `both-worlds` in two and a half hours of two CPU cores."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clip_sets import (
    LIFELIKE_BRIEF,
    LIFELIKE_CLIPS,
    LIFELIKE_PICTURES,
    LONG_CLIPS,
)
from sorairo.data.table_sets import CLASSIC_SEEDS, CLASSIC_SETS
from sorairo.models.model import ModelConfig, SamplingConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.recipes.codec2 import LIFE, codec2
from sorairo.world.registry import LIFELIKE

SQUARE, WIDE, HIGH = LIFELIKE.sizes
HALF = "half "  # before the names of the sources at half the size
SMALLER = 0.6  # share of the steps at half the size
TEXT_TOKENS = 96  # the longest captions are of two people, of about 80 tokens
# A minute at 1.5 frames a second, which plans longer clips than a window.
LONG = replace(
    LONG_CLIPS, sizes=LIFELIKE.sizes[:1], first_seed=LONG_CLIPS.first_seed + CLASSIC_SEEDS
)
# How many of the first clips of the sets of the table-top.
TABLE = {
    "world": 600,
    "falling": 480,
    "crowd": 320,
    "pushed": 240,
    "hiding": 160,
    "circled": 160,
    "bridges": 160,
    "still lifes": 3200,
}
TWINS = 300
# Weights in windows of 13 latent frames.
LONG_WINDOWS = {
    "life": 0.18,
    "moving": 0.07,
    "world": 0.03,
    "falling": 0.04,
    "crowd": 0.03,
    "pushed": 0.02,
    "hiding": 0.01,
    "circled": 0.01,
}
# Few tokens teach words: weights in windows of 4 latent frames, and in pictures.
SHORT_WINDOWS = {"life": 0.08, "world": 0.02, "falling": 0.01, "crowd": 0.02}
PICTURES = {"life pictures": 0.15, "still lifes": 0.04}
MORE_PICTURES = 2.0  # times as often at half the size


def _sources() -> dict[str, LatentSource]:
    full = {
        "life": LatentSource(clips=LIFELIKE_CLIPS, count=600, pictures=3),
        "moving": LatentSource(clips=LIFE),
        "brief": LatentSource(clips=LIFELIKE_BRIEF, count=1600),
        "life pictures": LatentSource(clips=LIFELIKE_PICTURES, count=7200, alone=True),
        **{
            name: LatentSource(clips=CLASSIC_SETS[name], count=count, alone=name == "still lifes")
            for name, count in TABLE.items()
        },
        "long": LatentSource(clips=LONG, count=60),
        "twins": LatentSource(
            clips=CLASSIC_SETS["world"], count=TWINS, twins=CLASSIC_SETS["twins"]
        ),
    }
    half = {f"{HALF}{name}": replace(source, shrink=2.0) for name, source in full.items()}
    return half | full


def _shapes(size: str) -> tuple[Shape, ...]:
    """The shapes to draw from, of the sources whose names begin with `size`."""

    def kind(
        draw: str, source: str, frames: int, weight: float, of: tuple[int, int] = SQUARE
    ) -> ExampleSpec:
        return ExampleSpec(
            draw=draw, source=f"{size}{source}", frames=frames, weight=weight, size=of
        )

    def oblong(source: str, frames: int, weight: float) -> Shape:
        """As often wide as high, which have equally many tokens."""
        return Shape(
            kinds=tuple(kind("window", source, frames, weight / 2, each) for each in (WIDE, HIGH))
        )

    one = [kind("window", source, 13, weight) for source, weight in LONG_WINDOWS.items()]
    one += [kind("keyed", "life", 11, 0.04), kind("edited", "twins", 13, 0.03)]
    more = MORE_PICTURES if size == HALF else 1.0
    pictures = [kind("window", each, 1, more * weight) for each, weight in PICTURES.items()]
    pictures.append(kind("still", "life", 1, 0.03))
    return (
        Shape(kinds=tuple(one)),
        Shape(kinds=(kind("story", "world", 13, 0.02), kind("fade", "bridges", 13, 0.02))),
        oblong("life", 13, 0.06),
        Shape(kinds=(kind("window", "long", 23, 0.02),)),
        Shape(kinds=(kind("window", "brief", 7, 0.12),)),
        oblong("brief", 7, 0.06),
        Shape(kinds=tuple(kind("window", *each) for each in _short())),
        Shape(kinds=tuple(pictures)),
        oblong("life pictures", 1, 0.05 * more),
    )


def _short() -> list[tuple[str, int, float]]:
    return [(source, 4, weight) for source, weight in SHORT_WINDOWS.items()]


def both_worlds_cpu() -> ModelRecipe:
    """The shipped model, taught the lifelike world and the second codec.

    Its channels are those of the second codec; its words those of the shipped model and the most
    frequent new ones of the captions. The first steps are at 64 px, where a clip has a quarter of
    the tokens.
    """
    codec = codec2().codec
    masks = MaskingConfig(
        shift=3.0, top=0.1, objects=2.0, plain=0.6, per_frame=0.05, prefix=0.2, single=0.6
    )
    fine = replace(masks, shift=2.2)
    return ModelRecipe(
        name="both-worlds-cpu",
        start="tabletop",
        codec_of="codec2",
        sources=_sources(),
        objective=DenoiserLossConfig(
            tokens=6656,  # 32 clips at 64 px, 8 at 128 px
            samples=256,
            text_tokens=TEXT_TOKENS,
            dynamic=True,
            masking=masks,
            phases=(
                Phase(until=SMALLER, shapes=_shapes(HALF)),
                Phase(until=1.0, shapes=_shapes(""), masking=fine),
            ),
        ),
        model=ModelConfig(
            name="both-worlds",
            codec=codec,
            transformer=TransformerConfig(
                latent_channels=codec.latent_channels, layers=12, place_frequencies=6
            ),
            text=TextConfig(vocabulary=2048, max_length=TEXT_TOKENS),
            sampling=SamplingConfig(steps=12, guidance=3.0, guidance_interval=(0.3, 1.0)),
            world="tabletop+lifelike",
            native_sizes=LIFELIKE.sizes,
            max_frames=1441,
        ),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=5000, ema=0.998, cooldown=0.5, warmup=50, sheet_every=500, workers=1),
    )
