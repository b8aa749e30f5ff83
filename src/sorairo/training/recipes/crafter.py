"""The recipes of the playable world: its codec, then the network that dreams it."""

from __future__ import annotations

from sorairo.models.codec import CodecConfig
from sorairo.models.crafter.amounts import AMOUNTS
from sorairo.models.crafter.given import given_channels
from sorairo.models.crafter.network import PlayConfig, StepSampling
from sorairo.models.text import TextConfig
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.games.windows import WindowsConfig
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.game_codec import GameCodecRecipe
from sorairo.training.networks.game_model import PlayRecipe
from sorairo.training.objectives.game_model import PlayLossConfig

CODEC = CodecConfig(
    time_factor=1,
    space_factor=8,
    latent_channels=8,
    widths=(48, 192),
    encoder_depths=(1, 3),
    decoder_depths=(1, 3),
    kernel=1,
    low_memory=False,
)
"""A latent frame a frame, and a latent pixel a tile, which holds that tile alone."""


def crafter_codec() -> GameCodecRecipe:
    """The codec: one latent pixel for each tile."""
    return GameCodecRecipe(
        name="crafter-codec",
        codec=CODEC,
        optimiser=OptimiserConfig(muon_lr=0.02, adam_lr=3e-3),
        loop=LoopConfig(steps=2000, warmup=50, cooldown=0.5, ema=0.99, sheet_every=500),
    )


COUNTED = 32  # steps: the longest of the game's counts is 30

MODEL = PlayConfig(
    codec=CODEC,
    transformer=TransformerConfig(
        latent_channels=CODEC.latent_channels,
        given_channels=given_channels(CODEC.latent_channels, COUNTED) + AMOUNTS,
        patch=1,
        dim=192,
        ffn_dim=576,
        heads=6,
        layers=4,
        text_dim=96,
        freq_dim=64,
    ),
    text=TextConfig(vocabulary=480, dim=96, heads=3, layers=1, ffn_dim=192, max_length=16),
    sampling=StepSampling(steps=1, new_land_steps=3),
    window=4,
    counted=COUNTED,
    counts_sleep=True,
    named_amounts=True,
    version="4",
)


def crafter() -> PlayRecipe:
    """The network that dreams the world, one picture for each action. It needs the run of
    `crafter-codec`."""
    return PlayRecipe(
        name="crafter",
        codec_run="crafter-codec",
        model=MODEL,
        objective=PlayLossConfig(windows=WindowsConfig(batch=16, frames=MODEL.window)),
        optimiser=OptimiserConfig(muon_lr=0.01, adam_lr=2e-3),
        loop=LoopConfig(steps=20_000, warmup=50, cooldown=0.4, ema=0.995, save_minutes=2.0),
    )
