"""A codec alone in a directory: `codec.safetensors` in bfloat16, and `codec.json` with its
configuration and facts about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from sorairo.config import from_json, read_json, to_json
from sorairo.errors import ModelError
from sorairo.models import hub
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.network_files import load_networks
from sorairo.nn.precision import compute_dtype
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import averaged_weights, read_record


def write_codec(folder: Path, codec: Codec, facts: dict[str, Any]) -> None:
    """Writes a codec to a directory."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in codec.state_dict().items()}
    save_file(weights, folder / "codec.safetensors")
    record = {"codec": to_json(codec.config), **facts}
    (folder / "codec.json").write_text(json.dumps(record, indent=1) + "\n")


def stored_codec(name: str) -> Codec:
    """The codec of a directory written by `write_codec`, of a training run or of a model, in
    float32. A run is named as its recipe, a model by its name or directory."""
    state = run_folder(name) / "state.safetensors"
    if (Path(name) / "codec.json").exists():
        return _read(Path(name))
    if state.exists():
        config = json.loads(read_record(state)["recipe"])["codec"]
        return _with_weights(config, averaged_weights(state))
    return load_networks(hub.find(name)).codec.float()


def open_codec(name: str) -> Codec:
    """A `stored_codec` that is ready to compute on the CPU."""
    codec = stored_codec(name).eval().requires_grad_(False).to(compute_dtype(torch.device("cpu")))
    codec.to_channels_last()
    return codec


def _read(folder: Path) -> Codec:
    try:
        record = read_json(folder / "codec.json")
        return _with_weights(record["codec"], load_file(folder / "codec.safetensors"))
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"The codec in {folder} cannot be loaded: {str(error)[:200]}") from error


def _with_weights(config: dict[str, Any], weights: dict[str, torch.Tensor]) -> Codec:
    codec = Codec(from_json(CodecConfig, config))
    codec.load_state_dict(weights)
    return codec
