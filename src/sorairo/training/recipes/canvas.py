"""The recipe `canvas`: every capability, in twelve phases with their mixtures and masks."""

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
from sorairo.data.clips_config import SQUARE
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

# Mixtures, in the order of the phases. The first phase has clips of 64 px (`half_size`).
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
# Mostly pictures, more of them of one body: in a mixture with clips, numbers are soon forgotten.
PICTURED = Mix(one=0.5, several=0.05, short=0.55, filmed=0.15, still_lifes=1.2, more=0.5)
# Bridges between clips, and every aspect ratio of pictures and films, beside all the rest.
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
# With an embedding of places: the layout of a scene is learned again, in nearly pure noise.
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
# Only pictures of three and of four bodies teach the difference between these numbers.
COUNTED = replace(WHOLE, one=0.24, several=0.10, short=0.5, filmed=0.15, three_or_four=1.2)

# Masks, in the order of the phases.
FIRST_MASKS = MaskingConfig(
    shift=4.0,
    top=0.12,  # at this noise level, the text is the only information
    plain=0.5,
    per_frame=0.08,
    prefix=0.15,
    suffix=0.08,
    both=0.09,
    middle=0.03,
    box=0.07,
)
# Less noise, where boxes and cylinders differ, once the words are known.
FINE_MASKS = replace(FIRST_MASKS, shift=1.5, top=0.06, objects=4.0, both=0.12)
# More noise again, where the number and the places of bodies are decided; then between the two.
COMPOSED_MASKS = replace(FIRST_MASKS, shift=3.5, objects=2.0, both=0.12)
COMPOSED_FINE_MASKS = replace(FIRST_MASKS, shift=2.2, top=0.1, objects=4.0, both=0.12)
# Single given pictures, for cameras that follow the text from there.
FILMED_MASKS = replace(COMPOSED_MASKS, shift=3.0, prefix=0.22, single=0.4)
FILMED_FINE_MASKS = replace(FILMED_MASKS, shift=2.2, objects=4.0)
PICTURED_MASKS = replace(FILMED_MASKS, objects=3.0)
BRIDGED_MASKS = replace(FILMED_MASKS, shift=2.6, objects=3.0, bridged=0.7)
PLACED_MASKS = replace(COMPOSED_MASKS, prefix=0.2, single=0.4)
COUNTED_MASKS = replace(BRIDGED_MASKS, shift=2.8, top=0.14)


def _phases() -> tuple[Phase, ...]:
    return (
        Phase(until=0.0613, shapes=half_size()),
        Phase(until=0.1771, shapes=FULL.shapes()),
        Phase(until=0.3879, shapes=FULL.shapes(), masking=FINE_MASKS),
        Phase(until=0.4967, shapes=COMPOSED.shapes(), masking=COMPOSED_MASKS),
        Phase(until=0.5577, shapes=COMPOSED.shapes(), masking=COMPOSED_FINE_MASKS),
        Phase(until=0.6393, shapes=FILMED.shapes(), masking=FILMED_MASKS),
        Phase(until=0.6804, shapes=FILMED.shapes(), masking=FILMED_FINE_MASKS),
        Phase(until=0.6973, shapes=PICTURED.shapes(), masking=PICTURED_MASKS),
        Phase(until=0.7619, shapes=BRIDGED.shapes(), masking=BRIDGED_MASKS),
        Phase(until=0.847, shapes=PLACED.shapes(), masking=PLACED_MASKS),
        Phase(until=0.915, shapes=WHOLE.shapes(), masking=BRIDGED_MASKS),
        Phase(until=1.0, shapes=COUNTED.shapes(), masking=COUNTED_MASKS),
    )


def _sources() -> dict[str, LatentSource]:
    """The sources; those of the first phase at 2/3 of the size as well."""
    both_sizes = {
        "world": LatentSource(clips=CANVAS_CLIPS, styled=0.35, pictures=6),
        "first": LatentSource(clips=FIRST_CLIPS, styled=0.1),
        "long": LatentSource(clips=LONG_CLIPS, styled=0.1),
        "bridges": LatentSource(clips=BRIDGE_CLIPS),
        "twins": LatentSource(clips=CANVAS_CLIPS, count=720, twins=TWIN_CLIPS),
    }
    square = replace(CANVAS_CLIPS, sizes=(SQUARE,))
    return {
        **both_sizes,
        **{f"half {name}": replace(each, shrink=1.5) for name, each in both_sizes.items()},
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
    }


def canvas() -> ModelRecipe:
    """Every capability, learned from the weights of `tabletop` in one run.

    It starts with few tokens again: at 64 px twice as many clips fit into a batch. Batches hold
    many pictures and short clips, from which new words are learned.
    """
    return ModelRecipe(
        name="canvas",
        start="tabletop",
        codec_run="canvas-codec",
        sources=_sources(),
        objective=DenoiserLossConfig(phases=_phases(), masking=FIRST_MASKS),
        model=ModelConfig(
            max_frames=1441,
            transformer=TransformerConfig(place_frequencies=6),
            text=TextConfig(vocabulary=832),
        ),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=2e-3),
        loop=LoopConfig(steps=29_400, ema=0.998, cooldown=0.2, warmup=50, sheet_every=500),
    )
