"""A deflicker network learns to remove what a codec adds, and is saved in the model's directory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

import sorairo
from sorairo.models import hub
from sorairo.models.deflicker import DeflickerConfig
from sorairo.training.networks.deflicker import DeflickerRecipe
from sorairo.training.objectives.deflicker import DeflickerLossConfig
from sorairo.training.run import run
from training_recipes import CLIPS, LOOP


def test_a_deflicker_network_is_trained_and_saved_with_the_model(model_run: Path):
    recipe = DeflickerRecipe(
        name="tiny-deflicker",
        model=str(model_run / "model"),
        clips=(CLIPS,),
        held_out=dataclasses.replace(CLIPS, count=3),
        deflicker=DeflickerConfig(width=16, blocks=2, kernel=3),
        objective=DeflickerLossConfig(batch=4, groups=2, crop=16, styled=0.0, leaves=0.0),
        loop=dataclasses.replace(LOOP, steps=60),
    )
    folder = run(recipe)
    lines = (folder.parent / "log.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines if "loss" in line]
    losses = [line["loss"] for line in rows]
    assert np.mean(losses[-10:]) < 0.95 * np.mean(losses[:10])
    engine, before = sorairo.load(folder), hub.info(model_run / "model")
    assert engine.model.network.deflicker is not None
    assert (folder / "deflicker.safetensors").is_file()
    assert hub.info(folder).digest != before.digest
    assert hub.info(folder).record["training"]["steps"] == before.record["training"]["steps"]
    assert engine.generate("a red ball", seconds=1, seed=0).num_frames == 12
