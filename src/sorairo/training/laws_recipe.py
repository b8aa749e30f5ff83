"""The recipe that goes on where `canvas` ends: what things are made of, where the camera goes."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clips import CIRCLED_CLIPS, FALLING_CLIPS, HIDING_CLIPS
from sorairo.training.canvas_recipe import canvas
from sorairo.training.denoiser import Phase
from sorairo.training.loop import LoopConfig
from sorairo.training.mixes import Mix
from sorairo.training.optimiser import OptimiserConfig
from sorairo.training.recipes import ModelRecipe
from sorairo.training.sources import Source

# Materials are told by how things bounce, cameras by where the floor goes; the rest is rehearsed.
LAWFUL = Mix(
    one=0.5,
    several=0.05,
    long=0.03,
    short=0.42,
    crowd=0.1,
    first=0.15,
    falling=0.9,
    circled=0.9,
    hiding=0.12,
    turns=0.5,
    still_lifes=0.4,
    more=0.6,
    counted=0.7,
    upright=True,
)
# Of what is rehearsed the first clips will do: so many of each source.
REHEARSED = {
    "world": 480,
    "twins": 240,
    "first": 320,
    "long": 80,
    "bridges": 240,
    "crowd": 240,
    "still lifes": 2400,
    "three things": 2000,
    "four things": 2000,
    "several things": 4000,
    "wide clips": 160,
    "wide pictures": 2400,
    "pictures": 1200,
    "large1024": 20,
    "large512": 20,
    "large256": 20,
}


def laws() -> ModelRecipe:
    """The shipped model once more, on what the exam found it to lack: bounces by material, cameras,
    numbers. A quarter of the data of `canvas`, with that recipe's names, is rehearsed."""
    known = canvas()
    rehearsed = {
        name: replace(known.sources[name], count=count) for name, count in REHEARSED.items()
    }
    painting = replace(
        known.objective.painting,
        shift=2.8,
        top=0.14,
        objects=2.0,
        prefix=0.22,
        single=0.5,
        both=0.12,
        bridged=0.7,
    )
    return ModelRecipe(
        name="laws",
        start="tabletop",
        sources=rehearsed
        | {
            "falling": Source(clips=FALLING_CLIPS),
            "circled": Source(clips=CIRCLED_CLIPS, styled=0.05),
            "hiding": Source(clips=HIDING_CLIPS),
            "photographs": replace(known.sources["photographs"], leaves=50),
        },
        objective=replace(
            known.objective,
            phases=(Phase(until=1.0, shapes=LAWFUL.shapes()),),
            painting=painting,
        ),
        model=known.model,
        optimiser=OptimiserConfig(muon_lr=0.01, adam_lr=1.2e-3),
        loop=LoopConfig(steps=1200, ema=0.995, cooldown=0.7, warmup=40, sheet_every=300),
    )
