"""A codec alone in a directory: `codec.safetensors` in bfloat16, and `codec.json` with its
configuration and facts about it. A codec that a model of ours uses has no weights of its own there:
`model` in its record names the model beside it, whose they are."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from sorairo.config import from_json, read_json, to_json
from sorairo.errors import ConfigError, ModelError, UnknownNameError
from sorairo.models import hub
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.network_files import load_networks
from sorairo.nn.precision import compute_dtype
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import averaged_weights, read_record
from sorairo.training.share_alike import model_licence

RECORD, WEIGHTS = "codec.json", "codec.safetensors"


def write_codec(folder: Path, codec: Codec, facts: dict[str, Any]) -> None:
    """Writes a codec to a directory."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in codec.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)  # safetensors writes for the owner alone
    record = {"codec": to_json(codec.config), **facts}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")


def codec_folder(name: str) -> Path | None:
    """The directory of `write_codec` with this path or, among those that ship, with this name;
    None if there is none."""
    found = (path for path in (Path(name), hub.shipped() / name) if os.path.isfile(path / RECORD))
    return next(found, None)


def weights_file(folder: Path) -> Path:
    """The file of the weights of a codec in a directory that `codec_folder` found."""
    model = read_json(folder / RECORD).get("model", "")
    return folder.parent / model / WEIGHTS if model else folder / WEIGHTS


def stored_codec(name: str) -> Codec:
    """The codec of a directory written by `write_codec` (see `codec_folder`), of a training run or
    of a model, in float32. A run is named as its recipe unless a codec ships under that name; then,
    and otherwise, its folder names it. A run that trains another network, such as the denoiser of a
    model of the same name, is passed over."""
    folder, trained = codec_folder(name), recipe_of_codec(name)
    if folder is not None:
        return _read(folder)
    if trained is not None:
        return _with_weights(trained["codec"], averaged_weights(run_folder(name) / STATE))
    return load_networks(hub.find(name)).codec.float()


def codec_mark(name: str) -> str:
    """Distinguishes what `stored_codec` opens now from what it will open when a run has gone on or
    a directory has been written again; "" for a model."""
    folder, trained = codec_folder(name), recipe_of_codec(name)
    if folder is not None:
        weights = load_file(weights_file(folder))
    elif trained is not None:
        weights = averaged_weights(run_folder(name) / STATE)
    else:
        return ""
    total = hashlib.sha256()
    for key, value in sorted(weights.items()):
        total.update(key.encode() + value.contiguous().view(torch.uint8).numpy().tobytes())
    return total.hexdigest()[:12]


def codec_licence(name: str) -> dict[str, str]:
    """The licence of what `stored_codec` would open, under a description of it; nothing where there
    is no such codec or its licence is not known."""
    folder = codec_folder(name) if name else None
    try:
        trained = recipe_of_codec(name) if name else None
        if folder is not None:
            licence = read_json(folder / RECORD).get("licence", "")
        elif trained is not None:
            licence = trained.get("licence", "")
        else:
            return model_licence(name)
    except (
        OSError,
        ConfigError,
        ModelError,
        UnknownNameError,
    ):  # who opens the codec says what is wrong
        return {}
    return {f"the codec of '{name}'": licence} if licence else {}


def recipe_of_codec(name: str) -> dict[str, Any] | None:
    """The recipe, as JSON, of a run that trains a codec; None where there is no such run."""
    state = run_folder(name) / STATE
    recipe = json.loads(read_record(state)["recipe"]) if state.exists() else {}
    return recipe if "codec" in recipe else None


def open_codec(name: str) -> Codec:
    """A `stored_codec` that is ready to compute on the CPU."""
    codec = stored_codec(name).eval().requires_grad_(False).to(compute_dtype(torch.device("cpu")))
    codec.to_channels_last()
    return codec


def _read(folder: Path) -> Codec:
    try:
        record = read_json(folder / RECORD)
        return _with_weights(record["codec"], load_file(weights_file(folder)))
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"The codec in {folder} cannot be loaded: {str(error)[:200]}") from error


def _with_weights(config: dict[str, Any], weights: dict[str, torch.Tensor]) -> Codec:
    codec = Codec(from_json(CodecConfig, config))
    codec.load_state_dict(weights)
    return codec
