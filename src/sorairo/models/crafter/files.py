"""A playable model from and to a model directory (see `models.hub`)."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from sorairo.config import from_json, to_json
from sorairo.errors import ModelError
from sorairo.models import hub
from sorairo.models.crafter.network import PlayConfig, PlayModel
from sorairo.models.model_record import PLAYED_FAMILY
from sorairo.models.network_files import load_weights, write_directory

WEIGHTS = {"codec.safetensors": "codec", "denoiser.safetensors": "denoiser"}


def load_play_model(name: str | Path = PLAYED_FAMILY) -> PlayModel:
    """A playable model by its name or directory, in the number format that it is stored in.

    Raises UnknownNameError for a name that does not exist; ModelError for a model that cannot be
    played, and when files are missing, broken, or do not fit together.
    """
    path = hub.find(str(name))
    found = hub.info(path)
    if found.family != PLAYED_FAMILY:
        raise ModelError(
            f"The model {found.name} takes no actions and cannot be played: play {PLAYED_FAMILY}."
        )

    def build() -> PlayModel:
        config = from_json(PlayConfig, found.record["config"])
        return PlayModel(config, hub.read_tokenizer(path / "tokenizer.json"))

    model = load_weights(build, _files, path)
    model.codec.to_channels_last()
    return model


def save_play_model(model: PlayModel, path: Path, training: dict | None = None) -> None:
    """Writes a model directory, weights as bfloat16; `training` is what its record says of how it
    was trained."""
    record = {
        "format": hub.FORMAT,
        "family": PLAYED_FAMILY,
        "files": ["model.json", "tokenizer.json", *WEIGHTS],
        "config": to_json(model.config),
        "training": training or {},
    }
    write_directory(path, record, model.tokenizer, _files(model))


def _files(model: PlayModel) -> dict[str, nn.Module]:
    return {file: getattr(model, name) for file, name in WEIGHTS.items()}
