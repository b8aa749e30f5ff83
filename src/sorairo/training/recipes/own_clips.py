"""The recipe `own-clips`: a shipped model, trained on with a user's own films and pictures."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clip_sets import WINDOW
from sorairo.data.clips_config import ClipsConfig
from sorairo.training.data.mixture import Phase, Shape
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.recipes.both_worlds_cpu import both_worlds_cpu
from sorairo.world.footage.scene import SceneConfig
from sorairo.world.registry import FOOTAGE

SQUARE, WIDE, HIGH = FOOTAGE.sizes


def _window(frames: int, weight: float, size: tuple[int, int] = SQUARE) -> ExampleSpec:
    return ExampleSpec(draw="window", source="own", frames=frames, weight=weight, size=size)


def own_clips() -> ModelRecipe:
    """Needs `sources.own.clips.scene.folder`, a folder of films with captions (see
    `world.footage.folder`).

    400 parts of four seconds are taken from the films in turn; single frames of them are trained on
    as pictures. The learning rate is a third of that of `both-worlds-cpu`.
    """
    base = both_worlds_cpu()
    clips = ClipsConfig(
        world="footage",
        scene=SceneConfig(),
        count=400,
        seconds=WINDOW,
        sizes=FOOTAGE.sizes,
        shard_clips=20,
    )
    shapes = (
        Shape(kinds=(_window(13, 0.4),)),
        Shape(kinds=(_window(13, 0.15, WIDE), _window(13, 0.15, HIGH))),
        Shape(kinds=(_window(4, 0.1),)),
        Shape(kinds=(ExampleSpec(draw="still", source="own", frames=1, weight=0.2, size=SQUARE),)),
    )
    objective = replace(base.objective, phases=(Phase(until=1.0, shapes=shapes),))
    return replace(
        base,
        name="own-clips",
        start="lifelike",
        sources={"own": LatentSource(clips=clips, pictures=3)},
        objective=objective,
        model=replace(base.model, name="own-clips", world="footage"),
        optimiser=OptimiserConfig(muon_lr=0.005, adam_lr=7e-4),
        loop=LoopConfig(steps=1000, ema=0.99, cooldown=0.5, warmup=50, sheet_every=250, workers=1),
    )
