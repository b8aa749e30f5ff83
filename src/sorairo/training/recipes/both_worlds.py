"""The recipe `both-worlds`: the lifelike world, and the table-top in both of its looks, at 128 px
through the second codec."""

from __future__ import annotations

from sorairo.data.clip_sets import (
    LIFELIKE_BRIEF,
    LIFELIKE_CLIPS,
    LIFELIKE_LONG,
    LIFELIKE_PICTURES,
)
from sorairo.data.table_sets import CLASSIC_SETS, LIT_SETS
from sorairo.models.model import ModelConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.recipes.codec2 import codec2
from sorairo.training.recipes.text_encoder import TEXT, text_encoder
from sorairo.world.registry import LIFELIKE

SQUARE, WIDE, HIGH = LIFELIKE.sizes
LOOKS = {"classic": CLASSIC_SETS, "lit": LIT_SETS}
# Weights of the sources of the table-top, in each of its looks, in windows of 13 latent frames.
TABLE = {"world": 0.05, "crowd": 0.04, "falling": 0.06, "pushed": 0.04, "hiding": 0.03}


def _sources() -> dict[str, LatentSource]:
    table: dict[str, LatentSource] = {}
    for look, sets in LOOKS.items():
        for name, clips in sets.items():
            if name == "twins":
                source = LatentSource(clips=sets["world"], count=clips.count, twins=clips)
            else:
                source = LatentSource(clips=clips, alone=name == "still lifes")
            table[f"{look} {name}"] = source
    return {
        "life": LatentSource(clips=LIFELIKE_CLIPS, pictures=3),
        "life brief": LatentSource(clips=LIFELIKE_BRIEF),
        "life long": LatentSource(clips=LIFELIKE_LONG),
        "life pictures": LatentSource(clips=LIFELIKE_PICTURES, alone=True),
        **table,
    }


def _of(draw: str, source: str, frames: int, weight: float, **fields: object) -> ExampleSpec:
    values = {"size": SQUARE, **fields}
    return ExampleSpec(draw=draw, source=source, frames=frames, weight=weight, **values)


def _oblong(source: str, frames: int, weight: float) -> tuple[ExampleSpec, ...]:
    """Windows of the clips of a source that are not square, as often wide as high."""
    return tuple(_of("window", source, frames, weight / 2, size=size) for size in (WIDE, HIGH))


def _shapes() -> tuple[Shape, ...]:
    """The shapes to draw from; the examples of each have equally many tokens and texts."""
    one = [_of("window", "life", 13, 0.30), _of("keyed", "life", 11, 0.08)]
    several, pictures = [], [_of("window", "life pictures", 1, 0.04), _of("still", "life", 1, 0.03)]
    for look in LOOKS:
        one += [_of("window", f"{look} {name}", 13, share / 2) for name, share in TABLE.items()]
        one += [
            _of("window", f"{look} circled", 13, 0.02),
            _of("edited", f"{look} twins", 13, 0.04),
        ]
        several += [
            _of("story", f"{look} world", 13, 0.04),
            _of("fade", f"{look} bridges", 13, 0.04),
        ]
        pictures.append(_of("window", f"{look} still lifes", 1, 0.03))
    return (
        Shape(kinds=tuple(one)),
        Shape(kinds=tuple(several)),
        Shape(kinds=_oblong("life", 13, 0.12)),
        Shape(kinds=(_of("window", "life brief", 7, 0.03),)),
        Shape(kinds=_oblong("life brief", 7, 0.03)),
        Shape(kinds=(_of("window", "life long", 31, 0.06),)),
        Shape(kinds=tuple(pictures)),
        Shape(kinds=_oblong("life pictures", 1, 0.04)),
    )


def both_worlds() -> ModelRecipe:
    """The next model, from random weights.

    Its clips are made ahead with `python -m sorairo.training.render_data both-worlds --encode
    --drop-pixels`; its text encoder is the run `text-encoder`.
    """
    codec = codec2().codec
    high = MaskingConfig(shift=3.0, objects=2.0, single=0.4)
    return ModelRecipe(
        name="both-worlds",
        codec_of="codec2",
        text_run=text_encoder().name,
        sources=_sources(),
        objective=DenoiserLossConfig(
            tokens=147_456,
            samples=1024,
            text_tokens=TEXT.max_length,
            dynamic=True,
            masking=high,
            phases=(Phase(until=1.0, shapes=_shapes()),),
        ),
        model=ModelConfig(
            name="both-worlds",
            codec=codec,
            transformer=TransformerConfig(
                latent_channels=codec.latent_channels,
                layers=12,
                place_frequencies=6,
                text_dim=TEXT.dim,
            ),
            text=TEXT,
            world="tabletop+lifelike",
            native_sizes=LIFELIKE.sizes,
            max_frames=1441,
        ),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=20_000, ema=0.999, cooldown=0.5, warmup=100, sheet_every=1000),
    )
