"""The recipe `grown`, of the shipped model: `canvas` and `laws` together, in a deeper network, on a
GPU."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clip_sets import PUSHED_CLIPS
from sorairo.training.data.mixture import Phase
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.recipes.canvas import canvas
from sorairo.training.recipes.laws import laws
from sorairo.training.recipes.mixtures import Mix

LAYERS = 12  # `canvas` has eight
COUNTS = {  # how many of the first clips of each source; all of the others
    "world": 1500,
    "twins": 600,
    "first": 800,
    "long": 200,
    "bridges": 480,
    "crowd": 1200,
    "filmed": 240,
    "wide clips": 160,
    "still lifes": 8000,
    "three things": 6000,
    "four things": 4000,
    "pictures": 2400,
    "wide pictures": 2400,
    "large1024": 20,
    "large512": 20,
    "large256": 20,
}
# Everything at once: in a large batch nothing is forgotten.
ALL = Mix(
    one=0.5,
    several=0.2,
    long=0.07,
    short=0.5,
    crowd=0.45,
    first=0.2,
    filmed=0.15,
    falling=0.6,
    pushed=0.5,
    circled=0.7,
    hiding=0.35,
    photographs=0.09,
    turns=0.4,
    bridges=1.0,
    still_lifes=0.5,
    more=1.0,
    three_or_four=0.8,
    upright=True,
)


def grown() -> ModelRecipe:
    """The shipped model: twelve blocks that start from the eight of `canvas`, on the data of
    `canvas` and `laws`, in batches of 147,456 tokens. It takes minutes on a GPU; on a CPU a step
    takes minutes. The shipped weights come from two runs: the first with fewer clips of falling,
    pushed, hidden and circled bodies and a learning rate of .02, the second, from there, with this
    recipe."""
    base, more = canvas(), laws()
    sources = {
        name: replace(source, count=COUNTS.get(name))
        for name, source in {**base.sources, **more.sources}.items()
        if not name.startswith("half ")
    }
    sources["photographs"] = replace(sources["photographs"], leaves=200)
    sources["pushed"] = LatentSource(clips=PUSHED_CLIPS)
    high = replace(more.objective.masking, shift=3.0, objects=2.0, single=0.4)
    fine = replace(high, shift=2.2, top=0.1)
    return ModelRecipe(
        name="grown",
        start="tabletop",
        sources=sources,
        objective=replace(
            base.objective,
            tokens=147_456,
            samples=1024,
            text_tokens=64,
            dynamic=True,
            masking=high,
            phases=(
                Phase(until=0.6, shapes=ALL.shapes()),
                Phase(until=1.0, shapes=ALL.shapes(), masking=fine),
            ),
        ),
        model=replace(base.model, transformer=replace(base.model.transformer, layers=LAYERS)),
        optimiser=OptimiserConfig(muon_lr=0.015, adam_lr=1.5e-3),
        loop=LoopConfig(steps=2450, ema=0.999, cooldown=0.6, warmup=100, sheet_every=3000),
    )
