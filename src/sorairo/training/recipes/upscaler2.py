"""The recipe of the second upscaler: for frames of the second codec, of both worlds and of
photographs."""

from __future__ import annotations

from sorairo.training.data.pairs import PairsConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.upscaler import UpscalerRecipe, large_clips
from sorairo.world.lifelike.scene import SceneConfig as LifelikeConfig

LIFELIKE_PAIRS = large_clips(LifelikeConfig(), 64, 24_000_000, world="lifelike")


def upscaler2() -> UpscalerRecipe:
    """Continues the first upscaler. It needs the pictures of `python -m
    sorairo.training.data.photographs.gather` (or `pairs.photographs=0`)."""
    return UpscalerRecipe(
        name="upscaler2",
        start="shipped",
        more_clips=(LIFELIKE_PAIRS,),
        pairs=PairsConfig(model="codec2", photographs=96),
        loop=LoopConfig(steps=3000, ema=0.99, cooldown=0.6, warmup=40, save_minutes=3.0),
    )
