"""Recipes small enough to train in a second: two stories of three clips of 32x32, 13 frames."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from tokenizers import Tokenizer

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.latent_dataset import ClipSet
from sorairo.data.rendered_shards import Shard, prepare_folder, render_shard, shard_count
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.model import ModelConfig, SamplingConfig
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.codec import CodecRecipe
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.objectives.codec import CodecLossConfig

Prepared = tuple[Codec, dict[str, ClipSet], Tokenizer]  # of the tiny model

SIZE = (32, 32)
CLIPS = ClipsConfig(count=6, shard_clips=3, shots=3, seconds=13 / 12, sizes=(SIZE,))
BRIDGES = dataclasses.replace(CLIPS, count=4, shard_clips=2, shots=2, seconds=37 / 12, bridges=4)
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

# One shape a row: as many tokens (4 a latent frame), and as many texts.
KINDS = (
    (
        ExampleSpec(draw="window", source="world", frames=3, weight=0.4, size=SIZE),
        ExampleSpec(draw="keyed", source="world", frames=1, weight=0.2, size=SIZE),
        ExampleSpec(draw="window", source="photographs", frames=3, weight=0.1, size=SIZE),
        ExampleSpec(draw="edited", source="twins", frames=3, weight=0.2, size=SIZE),
    ),
    (
        ExampleSpec(draw="story", source="world", frames=4, weight=0.2, size=SIZE),
        ExampleSpec(draw="fade", source="bridges", frames=4, weight=0.1, size=SIZE),
    ),
    (ExampleSpec(draw="fade", source="bridges", frames=10, weight=0.1, size=SIZE),),
    (ExampleSpec(draw="window", source="slow", frames=2, weight=0.1, size=SIZE),),
    (
        ExampleSpec(draw="still", source="world", frames=1, weight=0.1, size=SIZE),
        ExampleSpec(draw="crop", source="large", frames=2, weight=0.1, size=SIZE),
    ),
)

MODEL_RECIPE = ModelRecipe(
    name="tiny-model",
    codec_run="tiny-codec",
    sources={
        "world": LatentSource(clips=CLIPS, styled=0.5, pictures=3),
        "slow": LatentSource(clips=CLIPS, stride=2),
        "bridges": LatentSource(clips=BRIDGES),
        "photographs": LatentSource(clips=CLIPS, leaves=25),
        "twins": LatentSource(clips=CLIPS, twins=dataclasses.replace(CLIPS, twins=True)),
        "large": LatentSource(clips=CLIPS, alone=True),
    },
    model=ModelConfig(
        name="tiny",
        codec=CODEC,
        transformer=TransformerConfig(
            latent_channels=4, dim=32, ffn_dim=64, heads=2, layers=2, text_dim=32, freq_dim=32
        ),
        text=TextConfig(vocabulary=400, dim=32, heads=2, layers=1),
        sampling=SamplingConfig(steps=2),
        native_sizes=((64, 64),),
        window_frames=17,  # of the clips of its sheets, too
    ),
    objective=DenoiserLossConfig(
        tokens=128,
        compiled=False,
        phases=(
            Phase(
                until=1.0,
                shapes=tuple(Shape(kinds=kinds) for kinds in KINDS),
            ),
        ),
    ),
    loop=LOOP,
)


def change(recipe, **fields):
    """The recipe with other fields; those of its loop may be named directly."""
    loop = {k: fields.pop(k) for k in list(fields) if k in {"steps", "seed", "workers", "minutes"}}
    return dataclasses.replace(recipe, loop=dataclasses.replace(recipe.loop, **loop), **fields)


def rendered(config: ClipsConfig) -> list[Shard]:
    """The shards of a set, rendered in this process: a new one takes longer to start."""
    prepare_folder(config)
    return [render_shard(config, index) for index in range(shard_count(config))]


def with_tokenizer(recipe: ModelRecipe, run: Path) -> ModelRecipe:
    """The recipe; the folder of its run has the tokenizer of another `run`, which took two seconds
    to train."""
    folder = run_folder(recipe.run_name())
    folder.mkdir(parents=True)
    shutil.copy(run / "tokenizer.json", folder)
    return recipe
