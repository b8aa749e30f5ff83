"""Writes what a browser needs to play a model: ONNX graphs, features of prompts, first pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sorairo.models.crafter.dream import changed_from
from sorairo.models.crafter.files import load_play_model
from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEP_PLACE
from sorairo.models.crafter.memory import SPAN
from sorairo.models.crafter.network import PlayModel
from sorairo.models.text import tokenize
from sorairo.play.export.graphs import graphs_of, to_onnx
from sorairo.play.export.scenes import LANDS, scenes, times_and_places, words
from sorairo.play.facts import PlayableFacts
from sorairo.play.prompts import prompt_of
from sorairo.world.crafter.drawing import item_tiles
from sorairo.world.crafter.names import FACINGS, ITEMS


def write_model(
    facts: PlayableFacts, folder: Path, on_part: Callable[[str], None] = lambda _part: None
) -> None:
    """Writes the files of a playable model into a folder that exists. `on_part` is called with the
    name of each part before it is made. Raises ModelError and UnknownNameError."""
    model = load_play_model(facts.model)
    for name, graph in graphs_of(model).items():
        on_part(name)
        (folder / f"{name}.onnx").write_bytes(to_onnx(graph))
    features, masks = prompt_features(model)
    features.tofile(folder / "features.bin")
    item_tiles().tofile(folder / "items.bin")
    on_part("scenes")
    scenes(lambda land: on_part(f"land {land + 1} of {LANDS}")).tofile(folder / "scenes.bin")
    numbers = {**_numbers(model), "masks": masks}
    record = {"world": _world(facts), "model": numbers, "words": words()}
    (folder / "play.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def prompt_features(model: PlayModel) -> tuple[np.ndarray, list[list[int]]]:
    """Features of the prompts of all times and places, float32 [prompts, s, d], and their masks."""
    prompts = [prompt_of(time, place) for time, place in times_and_places()]
    network = model.denoiser.text
    with torch.inference_mode():
        ids, mask = tokenize(model.tokenizer, prompts, network.config.max_length)
        features = network(ids, mask).float().numpy()
    missing = network.config.max_length - ids.shape[1]  # tokens by which all prompts are shorter
    features = np.pad(features, ((0, 0), (0, missing), (0, 0)))
    return features, np.pad(mask.int().numpy(), ((0, 0), (0, missing))).tolist()


def _world(facts: PlayableFacts) -> dict[str, Any]:
    columns, rows = facts.map_size
    return {
        "id": facts.name,
        "modes": ["dream"],
        "actions": list(facts.actions),
        "items": list(facts.items),
        "side": facts.side,
        "tile": facts.tile,
        "columns": columns,
        "rows": rows,
        "fps": facts.fps,
    }


def _numbers(model: PlayModel) -> dict[str, Any]:
    config = model.config
    return {
        "channels": config.codec.latent_channels,
        "layers": config.transformer.layers,
        "heads": config.transformer.heads,
        "head": config.transformer.dim // config.transformer.heads,
        "textLength": config.text.max_length,
        "textWidth": config.text.dim,
        "places": PLACES,
        "mapPlaces": MAP_PLACES,
        "sleepPlace": SLEEP_PLACE,
        "span": SPAN,
        "items": len(ITEMS) if config.named_amounts else 0,
        "changed": changed_from(config),
        "window": config.window,
        "steps": config.sampling.steps,
        "newLandSteps": config.sampling.new_land_steps,
        "lands": LANDS,
        "pairs": times_and_places(),
        "facings": FACINGS,
    }
