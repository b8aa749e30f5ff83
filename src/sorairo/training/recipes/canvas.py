"""The recipe of the shipped model: what is shown in each phase, and how it is painted."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clip_sets import (
    BRIDGE_CLIPS,
    CANVAS_CLIPS,
    CROWD_CLIPS,
    CROWD_PICTURES,
    FILMED_CLIPS,
    FIRST_CLIPS,
    FOUR_PICTURES,
    LARGE_PICTURES,
    LONG_CLIPS,
    PICTURES,
    SEVERAL_PICTURES,
    THREE_PICTURES,
    TWIN_CLIPS,
    WIDE_CLIPS,
    WIDE_PICTURES,
)
from sorairo.models.model import ModelConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.recipes.mixtures import Mix, half_size

# Few tokens first, at 64 px; then all at full size, in short and in long.
FULL = Mix(one=0.5, several=0.13, long=0.07, short=0.34)
COMPOSED = Mix(one=0.42, several=0.08, long=0.05, short=0.40, crowd=0.35, still_lifes=0.75)
FILMED = Mix(
    one=0.44,
    several=0.06,
    long=0.04,
    short=0.42,
    crowd=0.25,
    filmed=0.35,
    still_lifes=0.6,
    more=1.2,
)
# Mostly pictures, and more of one thing: numbers are soon forgotten beside clips.
PICTURED = Mix(one=0.5, several=0.05, short=0.55, filmed=0.15, still_lifes=1.2, more=0.5)
# Bridges between clips, and every shape of picture and film, beside all the rest.
BRIDGED = Mix(
    one=0.42,
    several=0.18,
    long=0.03,
    short=0.42,
    crowd=0.25,
    first=0.35,
    filmed=0.12,
    bridges=1.2,
    still_lifes=0.9,
    more=0.8,
    upright=True,
)
# With places in the picture: where things stand is learned anew, in nearly pure noise.
PLACED = Mix(
    one=0.34,
    several=0.12,
    short=0.6,
    crowd=0.35,
    first=0.3,
    filmed=0.15,
    bridges=1.0,
    still_lifes=1.0,
    more=1.2,
    upright=True,
)
WHOLE = replace(BRIDGED, short=0.46, crowd=0.3, first=0.3, still_lifes=0.8)
# Three and four are told apart only by pictures of three and of four.
COUNTED = replace(WHOLE, one=0.24, several=0.10, short=0.5, filmed=0.15, three_or_four=1.2)


def canvas() -> ModelRecipe:
    """The shipped model: every capability, learned from `tabletop` in one sitting.

    Few tokens first again: at 64 px twice as many clips fit into a batch. Pictures and short clips
    are many in a batch: new words are learned from them.
    """
    masking = MaskingConfig(
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
    fine = replace(masking, shift=1.5, top=0.06, objects=4.0, both=0.12)
    # How many things there are, and where, is settled in nearly pure noise again; at the end both.
    high = replace(masking, shift=3.5, objects=2.0, both=0.12)
    last = replace(masking, shift=2.2, top=0.1, objects=4.0, both=0.12)
    # Then cameras that follow words from a given picture, and pictures of several things.
    told = replace(high, shift=3.0, prefix=0.22, single=0.4)
    seen = replace(told, shift=2.2, objects=4.0)
    led = replace(told, shift=2.6, objects=3.0, bridged=0.7)
    stood = replace(high, prefix=0.2, single=0.4)
    told_apart = replace(led, shift=2.8, top=0.14)
    square = replace(CANVAS_CLIPS, sizes=((96, 96),))
    by_size = {
        f"{name}{rest}": replace(source, shrink=shrink)
        for name, shrink in (("", 1.0), ("half ", 1.5))
        for rest, source in {
            "world": LatentSource(clips=CANVAS_CLIPS, styled=0.35, pictures=6),
            "first": LatentSource(clips=FIRST_CLIPS, styled=0.1),
            "long": LatentSource(clips=LONG_CLIPS, styled=0.1),
            "bridges": LatentSource(clips=BRIDGE_CLIPS),
            "twins": LatentSource(clips=CANVAS_CLIPS, count=720, twins=TWIN_CLIPS),
        }.items()
    }
    return ModelRecipe(
        name="canvas",
        start="tabletop",
        codec_run="canvas-codec",
        sources=by_size
        | {
            "crowd": LatentSource(clips=CROWD_CLIPS, styled=0.1),
            "still lifes": LatentSource(clips=CROWD_PICTURES, styled=0.05, alone=True),
            "three things": LatentSource(clips=THREE_PICTURES, styled=0.05, alone=True),
            "four things": LatentSource(clips=FOUR_PICTURES, styled=0.05, alone=True),
            "several things": LatentSource(clips=SEVERAL_PICTURES, styled=0.05, alone=True),
            "filmed": LatentSource(clips=FILMED_CLIPS, styled=0.05),
            "wide clips": LatentSource(clips=WIDE_CLIPS, styled=0.15),
            "wide pictures": LatentSource(clips=WIDE_PICTURES, styled=0.1, alone=True),
            "pictures": LatentSource(clips=PICTURES, styled=0.4, alone=True),
            "photographs": LatentSource(clips=square, leaves=150),
            "large1024": LatentSource(clips=LARGE_PICTURES, alone=True, count=40),
            "large512": LatentSource(clips=LARGE_PICTURES, alone=True, shrink=2, styled=0.2),
            "large256": LatentSource(clips=LARGE_PICTURES, alone=True, shrink=4, styled=0.2),
        },
        objective=DenoiserLossConfig(
            phases=(
                Phase(until=0.0613, shapes=half_size()),
                Phase(until=0.1771, shapes=FULL.shapes()),
                Phase(until=0.3879, shapes=FULL.shapes(), masking=fine),
                Phase(until=0.4967, shapes=COMPOSED.shapes(), masking=high),
                Phase(until=0.5577, shapes=COMPOSED.shapes(), masking=last),
                Phase(until=0.6393, shapes=FILMED.shapes(), masking=told),
                Phase(until=0.6804, shapes=FILMED.shapes(), masking=seen),
                Phase(until=0.6973, shapes=PICTURED.shapes(), masking=replace(told, objects=3.0)),
                Phase(until=0.7619, shapes=BRIDGED.shapes(), masking=led),
                Phase(until=0.847, shapes=PLACED.shapes(), masking=stood),
                Phase(until=0.915, shapes=WHOLE.shapes(), masking=led),
                Phase(until=1.0, shapes=COUNTED.shapes(), masking=told_apart),
            ),
            masking=masking,
        ),
        model=ModelConfig(
            max_frames=1441,
            transformer=TransformerConfig(place_frequencies=6),
            text=TextConfig(vocabulary=832),
        ),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=29_400, ema=0.998, cooldown=0.2, warmup=50, sheet_every=500),
    )
