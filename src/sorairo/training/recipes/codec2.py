"""The recipe of the second codec: 16 channels, a decoder with memory at both resolutions, and data
and a loss for fast small objects, edges and changes in time."""

from __future__ import annotations

from dataclasses import replace

from sorairo.data.clip_sets import (
    CANVAS_CLIPS,
    CIRCLED_CLIPS,
    CROWD_CLIPS,
    FALLING_CLIPS,
    MOVING_LIFE_CLIPS,
)
from sorairo.data.clips_config import ClipsConfig
from sorairo.models.codec import CodecConfig
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.codec import CodecRecipe
from sorairo.training.objectives.codec import CodecLossConfig
from sorairo.world.tabletop.scene import PLACES as TABLETOP_PLACES

SIZES = ((128, 128), (96, 96))
FALLING = replace(FALLING_CLIPS, count=320, sizes=SIZES)
FIRST = ClipsConfig(count=160)
CANVAS = replace(CANVAS_CLIPS, count=210)
CROWD = replace(CROWD_CLIPS, count=160, sizes=SIZES)
CIRCLED = replace(CIRCLED_CLIPS, count=80, sizes=SIZES)
PLACES = replace(
    FALLING_CLIPS,
    scene=replace(FALLING_CLIPS.scene, places=TABLETOP_PLACES),
    count=160,
    first_seed=11_300_000,
    sizes=SIZES[:1],
)
LIFE = replace(MOVING_LIFE_CLIPS, count=320)

# Clips for measuring codecs, from seeds that no training set reaches.
HELD_OUT = {
    "first light": ClipsConfig(count=80, first_seed=1_000_000),
    "falling": replace(FALLING, count=40, first_seed=1_100_000, sizes=((128, 128),)),
    "crowd": replace(CROWD, count=40, first_seed=1_200_000, sizes=((128, 128),)),
    "lifelike": replace(MOVING_LIFE_CLIPS, count=40, first_seed=1_300_000),
}

OBJECTIVE = CodecLossConfig(
    batch=48,
    crop=48,
    tiles=2,
    groups=3,
    whole_groups=8,
    object_weight=4.0,
    squared=16.0,
    styled=0.15,
    tinted=0.1,
    leaves=0.05,
    faded=0.06,
    collages=0.2,
    fast=0.5,
    relit=0.1,
    cut=0.05,
    latent_noise=0.1,
    latent_cost=5e-4,
    moving_weight=8.0,
    edges=0.5,
    change=0.5,
    perceptual=0.02,
    shrunk_latents=0.15,
)


def codec2() -> CodecRecipe:
    """Continues the codec of the first model, which has eight channels.

    It needs the pictures of `python -m sorairo.training.data.photographs.gather` and the package of
    `sorairo.training.objectives.perceptual`. `objective.collages=0 objective.perceptual=0` trains
    without them.
    """
    return CodecRecipe(
        name="codec2",
        start="tabletop",
        clips=FALLING,
        more_clips=(CANVAS, CROWD, FIRST, CIRCLED, PLACES, LIFE),
        codec=CodecConfig(
            latent_channels=16,
            encoder_depths=(5, 6),
            decoder_depths=(5, 5),
            high_memory=True,
            pixel_width=512,
        ),
        objective=OBJECTIVE,
        optimiser=OptimiserConfig(muon_lr=0.01, adam_lr=2e-3),
        loop=LoopConfig(steps=6000, warmup=30, cooldown=0.5, ema=0.99, workers=1, save_minutes=3.0),
    )
