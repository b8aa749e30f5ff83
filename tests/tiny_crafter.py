"""A playable model with random weights, in a directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from random_weights import randomise
from sorairo.models.crafter.amounts import amount_latents
from sorairo.models.crafter.files import save_play_model
from sorairo.models.crafter.network import PlayModel
from sorairo.models.text import train_tokenizer
from sorairo.play.export.scenes import times_and_places
from sorairo.play.prompts import prompt_of
from sorairo.training.recipes.crafter import MODEL


def tiny_crafter(folder: Path, name: str = "tiny-crafter") -> Path:
    """The directory of a model with two layers."""
    transformer = replace(MODEL.transformer, dim=48, ffn_dim=96, heads=2, layers=2)
    config = replace(MODEL, name=name, transformer=transformer)
    prompts = [prompt_of(time, place) for time, place in times_and_places()]  # so: few tokens each
    tokenizer = train_tokenizer(prompts, config.text.vocabulary)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = PlayModel(config, tokenizer)
        randomise(model)
    assert model.denoiser.amounts is not None
    model.denoiser.amounts.table.copy_(amount_latents(model.codec))
    save_play_model(model, folder / name)
    return folder / name
