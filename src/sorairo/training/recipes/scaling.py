"""Small models, trained from random weights, for questions about training itself.

`scaling-1`, `scaling-4`, `scaling-16`: the same model and data, with 1, 4 and 16 times the compute
(suite M11 of the exam). `unseen-10`, `unseen-50`, `unseen-90`: trained on 10, 50 or 90 percent of
the combinations of colour, shape and event, never on the last tenth of them (suite M9).
"""

from __future__ import annotations

import dataclasses
from functools import partial

from sorairo.data.clip_sets import CROWD_CLIPS, CROWD_PICTURES, FIRST_CLIPS
from sorairo.data.clips_config import ClipsConfig
from sorairo.models.model import ModelConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
from sorairo.training.data.samplers.captions import CaptionConfig
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.world.tabletop.scene import FIRST_LIGHT

LEAST_STEPS = 240  # of the shortest of the three runs
TIMES = (1, 4, 16)
UNSEEN_STEPS = 4800
SHOWN = (10, 50, 90)  # percent
TEMPLATE_CLIPS = ClipsConfig(count=480, first_seed=5_800_000, seconds=37 / 12, sizes=((96, 96),))

MODEL = ModelConfig(
    name="small",
    transformer=TransformerConfig(dim=192, ffn_dim=768, heads=3, layers=6, text_dim=192),
    text=TextConfig(dim=192, heads=3),
    native_sizes=((96, 96),),
)
MASKING = MaskingConfig(shift=3.0, top=0.1, objects=2.0, prefix=0.25)


def scaling(times: int) -> ModelRecipe:
    """Falling bodies, several bodies, and bodies at rest, as in the suites M2, M3 and M6."""
    shapes = (
        Shape(
            kinds=(
                ExampleSpec(draw="window", source="first", frames=13, weight=0.3),
                ExampleSpec(draw="window", source="crowd", frames=13, weight=0.2),
            )
        ),
        Shape(kinds=(ExampleSpec(draw="window", source="first", frames=7, weight=0.2),)),
        Shape(kinds=(ExampleSpec(draw="window", source="still lifes", frames=1, weight=0.3),)),
    )
    return _small(
        f"scaling-{times}",
        times * LEAST_STEPS,
        shapes,
        {
            "first": LatentSource(clips=FIRST_CLIPS),
            "crowd": LatentSource(clips=CROWD_CLIPS),
            "still lifes": LatentSource(clips=CROWD_PICTURES, alone=True),
        },
    )


def unseen(percent: int) -> ModelRecipe:
    """The same number of clips for every share of the combinations."""
    world = dataclasses.replace(FIRST_LIGHT, templates=percent / 100)
    clips = dataclasses.replace(TEMPLATE_CLIPS, scene=world)
    shapes = (
        Shape(kinds=(ExampleSpec(draw="window", source="clips", frames=10, weight=0.6),)),
        Shape(kinds=(ExampleSpec(draw="window", source="clips", frames=4, weight=0.25),)),
        Shape(kinds=(ExampleSpec(draw="still", source="clips", frames=1, weight=0.15),)),
    )
    return _small(
        f"unseen-{percent}", UNSEEN_STEPS, shapes, {"clips": LatentSource(clips=clips, pictures=3)}
    )


def _small(
    name: str, steps: int, shapes: tuple[Shape, ...], sources: dict[str, LatentSource]
) -> ModelRecipe:
    return ModelRecipe(
        name=name,
        sources=sources,
        model=dataclasses.replace(MODEL, name=name),
        objective=DenoiserLossConfig(
            phases=(Phase(until=1.0, shapes=shapes),),
            tokens=2304,
            captions=CaptionConfig(from_start=0.85),
            masking=MASKING,
        ),
        loop=LoopConfig(steps=steps, warmup=50, cooldown=0.4, ema=0.99, sheet_every=10_000),
    )


SMALL = {f"scaling-{times}": partial(scaling, times) for times in TIMES} | {
    f"unseen-{percent}": partial(unseen, percent) for percent in SHOWN
}
