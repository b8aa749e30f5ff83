"""The recipe of the LoRA by which the shipped model samples in four steps."""

from __future__ import annotations

from dataclasses import replace

from sorairo.training.data.mixture import Phase
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.few_steps import FewStepRecipe
from sorairo.training.objectives.few_steps import FewStepConfig
from sorairo.training.recipes.grown import ALL, grown

COUNTS = {  # how many of the first clips of each source
    "world": 240,
    "twins": 90,
    "first": 100,
    "long": 20,
    "bridges": 80,
    "crowd": 120,
    "filmed": 60,
    "falling": 160,
    "circled": 80,
    "pushed": 80,
    "hiding": 60,
    "wide clips": 60,
    "still lifes": 800,
    "three things": 400,
    "four things": 400,
    "several things": 800,
    "pictures": 400,
    "wide pictures": 360,
    "large1024": 10,
    "large512": 10,
    "large256": 10,
}


def tabletop_fast() -> FewStepRecipe:
    """On a tenth of the clips of the shipped model: its velocities are the target, not the
    clips."""
    base = grown()
    sources = {
        name: replace(source, count=COUNTS.get(name)) for name, source in base.sources.items()
    }
    wide = sources["wide pictures"]  # a shard has one size: few clips a shard, so that all occur
    sources["wide pictures"] = replace(wide, clips=replace(wide.clips, shard_clips=60))
    sources["photographs"] = replace(sources["photographs"], leaves=50)
    return FewStepRecipe(
        name="tabletop-fast",
        sources=sources,
        objective=FewStepConfig(
            phases=(Phase(until=1.0, shapes=ALL.shapes()),),
            masking=replace(base.objective.masking, per_frame=0.0),
            tokens=4608,
            text_tokens=base.objective.text_tokens,
            compiled=False,
        ),
        optimiser=OptimiserConfig(adam_lr=1e-3),
        loop=LoopConfig(steps=2000, warmup=20, cooldown=0.5, ema=0.98, sheet_every=250),
    )
