"""A distilled text encoder in a directory: its tokenizer, its weights, and `text.json` with its
configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.config import from_json, read_json, to_json
from sorairo.errors import ModelError, StateError, TrainingError
from sorairo.models.hub import read_tokenizer
from sorairo.models.text import PromptEncoder, TextConfig, TextNetwork
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import read_record
from sorairo.video.atomic_write import whole_file

RECORD, WEIGHTS, TOKENIZER = "text.json", "text.safetensors", "tokenizer.json"
RESULT = "encoder"  # in the folder of a run


def write_text_encoder(
    folder: Path, config: TextConfig, weights: Mapping[str, Tensor], tokenizer: Tokenizer
) -> None:
    """Writes a text encoder to a directory, weights as bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / TOKENIZER) as new:
        tokenizer.save(str(new))
    with whole_file(folder / WEIGHTS) as new:
        save_file({k: v.to(torch.bfloat16).contiguous() for k, v in weights.items()}, new)
    with whole_file(folder / RECORD) as new:
        new.write_text(json.dumps({"text": to_json(config)}, indent=1) + "\n", encoding="utf-8")


def text_encoder_of_run(run: str, config: TextConfig | None = None) -> PromptEncoder:
    """The text encoder of a run, in float32. Raises TrainingError if there is none yet or it has
    another configuration than this one, and ModelError if it cannot be read."""
    folder = run_folder(run) / RESULT
    if not (folder / RECORD).exists():
        raise TrainingError(
            f"There is no text encoder '{run}' yet: train it first with `sorairo train {run}`, or"
            ' train the text network together with the video model: `text_run=""`.'
        )
    try:
        network = TextNetwork(from_json(TextConfig, read_json(folder / RECORD)["text"]))
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, LookupError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"The text encoder in {folder} cannot be loaded: {str(error)[:200]}"
        ) from error
    if config not in (None, network.config):
        raise TrainingError(
            f"The text encoder of the run '{run}' is not the one that this recipe asks for"
            " (model.text): train another one, or give model.text the fields of that one."
        )
    network.float().eval().requires_grad_(False)
    return PromptEncoder(tokenizer=read_tokenizer(folder / TOKENIZER), network=network)


def text_encoder_licence(run: str) -> dict[str, str]:
    """The licence of what `text_encoder_of_run` would open, from the recipe of the run, under a
    description of it; nothing for "" and where the run is not there or does not say it."""
    try:
        record = read_record(run_folder(run) / STATE) if run else {}
    except StateError:  # who opens the text encoder says what is wrong
        return {}
    licence = json.loads(record.get("recipe", "{}")).get("licence", "")
    return {f"the text encoder of '{run}'": licence} if licence else {}
