"""Model directories: with every optional part, with none, and with a model.json that lacks the
settings that the first versions did not write; an upscaler."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch
from making.command import sorairo

from random_weights import randomise
from sorairo.models import hub
from sorairo.models.bundle import Bundle, ModelConfig, SamplingConfig
from sorairo.models.codec import CodecConfig
from sorairo.models.delivered import Delivered
from sorairo.models.finisher import save_upscaler
from sorairo.models.steadier import SteadierConfig
from sorairo.models.text import TextConfig, train_tokenizer
from sorairo.models.transformer import TransformerConfig
from sorairo.models.upscaler import Upscaler, UpscalerConfig

CODEC = CodecConfig(
    latent_channels=4, widths=(4, 4), encoder_depths=(1, 1), decoder_depths=(1, 1)
)


def pale(bundle: Bundle) -> Bundle:
    """Random weights, and pictures of little contrast: their clips are small files."""
    randomise(bundle)
    with torch.no_grad():
        bundle.codec.decoder.head.weight.mul_(0.15)
        bundle.codec.decoder.head.bias.mul_(0.15)
    return bundle


def make_models() -> None:
    tokenizer = train_tokenizer(["a red ball drops", "一个红色的球落下"] * 50, 300)
    plain = ModelConfig(
        name="tiny",
        codec=CODEC,
        transformer=TransformerConfig(
            latent_channels=4, dim=16, ffn_dim=32, heads=1, layers=2, text_dim=16, freq_dim=16
        ),
        text=TextConfig(
            vocabulary=tokenizer.get_vocab_size(), dim=16, heads=1, layers=1, ffn_dim=32
        ),
        sampling=SamplingConfig(steps=2),
        native_sizes=((64, 64), (128, 64)),
        max_frames=400,
        delivered=Delivered(size=None, fps=None),
    )
    hub.save(pale(Bundle(plain, tokenizer)), Path("tiny"))
    whole = dataclasses.replace(
        plain,
        name="whole",
        transformer=dataclasses.replace(plain.transformer, rope_theta=50.0, place_frequencies=2),
        steadier=SteadierConfig(width=4, blocks=1, kernel=3, fold=8),
        sampling=SamplingConfig(
            steps=3, guidance=1.5, guided=(0.5, 0.9), solver="heun", shift=2.0
        ),
        native_sizes=((64, 64),),
        fps=8.0,
        max_frames=41,
        window_frames=17,
        delivered=Delivered(size=(128, 128), fps=16.0),
        version="1.2",
        notes="made for a test",
    )
    scene = {"shapes": ["sphere"], "colors": ["red"], "events": ["drop"], "max_bodies": 1}
    facts = {"steps": 5, "seconds": 6, "flop": 7e9, "scene": scene}
    facts["steadier"] = {"steps": 2, "seconds": 3, "flop": 4e6}
    hub.save(pale(Bundle(whole, tokenizer)), Path("whole"), facts)
    record = json.loads(Path("tiny/model.json").read_text())
    record["config"]["name"] = "early"
    for name in ("steadier", "window_frames", "delivered"):
        del record["config"][name]
    del record["config"]["sampling"]["guided"]
    Path("early").mkdir()  # beside it belong the other files of `tiny`
    Path("early/model.json").write_text(json.dumps(record, indent=1) + "\n")
    common = ("--size", "native", "--fps", "native", "--seconds", 2.5, "--seed", 3)
    sorairo("generate", "a red ball", "--model", "whole", *common, "-o", "whole.mp4")
    upscaler = randomise(Upscaler(UpscalerConfig(width=4, blocks=(1, 1, 1))), scale=0.3)
    save_upscaler(upscaler, Path("finish"), {"steps": 8, "seconds": 9, "flop": 1e9})
