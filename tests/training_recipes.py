"""Recipes small enough to train in a second: four clips of 32x32, 13 frames each."""

from __future__ import annotations

import dataclasses

from sorairo.data.clips import ClipsConfig
from sorairo.data.latents import Bucket
from sorairo.models.bundle import ModelConfig, SamplingConfig
from sorairo.models.codec import CodecConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.codec import CodecLossConfig
from sorairo.training.denoiser import DenoiserLossConfig, Phase
from sorairo.training.loop import LoopConfig
from sorairo.training.recipes import CodecRecipe, ModelRecipe

SIZE = (32, 32)
CLIPS = ClipsConfig(count=4, shard_clips=2, seconds=13 / 12, sizes=(SIZE,))
CODEC = CodecConfig(
    widths=(16, 24), latent_channels=4, encoder_depths=(1, 1), decoder_depths=(1, 1)
)
LOOP = LoopConfig(steps=4, warmup=2, log_every=1, sheet_every=1000, save_minutes=1000.0)

CODEC_RECIPE = CodecRecipe(
    name="tiny-codec",
    clips=CLIPS,
    held_out=CLIPS,
    codec=CODEC,
    objective=CodecLossConfig(batch=4, groups=2, crop=16),
    loop=LOOP,
)

MODEL_RECIPE = ModelRecipe(
    name="tiny-model",
    codec_run="tiny-codec",
    clips=CLIPS,
    model=ModelConfig(
        name="tiny",
        codec=CODEC,
        transformer=TransformerConfig(
            latent_channels=4, dim=32, ffn_dim=64, heads=2, layers=2, text_dim=32, freq_dim=32
        ),
        text=TextConfig(vocabulary=400, dim=32, heads=2, layers=1),
        sampling=SamplingConfig(steps=2),
        native_sizes=((64, 64),),
    ),
    objective=DenoiserLossConfig(
        tokens=128,
        compiled=False,
        phases=(
            Phase(
                until=1.0,
                buckets=(
                    Bucket(variant="full", size=SIZE, frames=3, weight=0.5),
                    Bucket(variant="slow", size=SIZE, frames=2, weight=0.2),
                    Bucket(variant="picture", size=SIZE, frames=1, weight=0.3),
                ),
            ),
        ),
    ),
    loop=LOOP,
)


def change(recipe, **fields):
    """The recipe with other fields; those of its loop may be named directly."""
    loop = {k: fields.pop(k) for k in list(fields) if k in {"steps", "seed"}}
    return dataclasses.replace(recipe, loop=dataclasses.replace(recipe.loop, **loop), **fields)
