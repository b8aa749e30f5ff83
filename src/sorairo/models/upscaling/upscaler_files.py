"""The upscaler on disk: a directory of `upscaler.json` and `upscaler.safetensors`. It cannot
generate clips by itself, so it has no `model.json` and is not listed as a model."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from sorairo.config import from_json, read_json, to_json
from sorairo.errors import ModelError
from sorairo.models.hub import shipped
from sorairo.models.network_files import whole_directory
from sorairo.models.upscaling.upscaler import Upscaler, UpscalerConfig
from sorairo.nn.precision import compute_dtype
from sorairo.nn.skip_init import on_meta_device

FORMAT = 1
RECORD, WEIGHTS = "upscaler.json", "upscaler.safetensors"


def load_upscaler(path: Path | None = None, device: torch.device | None = None) -> Upscaler:
    """The upscaler of a directory, or the shipped one, ready to run.

    Raises ModelError when files are missing, broken, or do not fit together.
    """
    path = shipped() / "finish" if path is None else path
    device = torch.device("cpu") if device is None else device
    try:
        record = read_json(path / RECORD)
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise ModelError(
                f"The upscaler in {path} is of another format than this version reads ({FORMAT})."
            )
        with on_meta_device():
            upscaler = Upscaler(from_json(UpscalerConfig, record.get("config")))
        upscaler.load_state_dict(load_file(path / WEIGHTS), assign=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        reason = str(error).strip().splitlines()[-1].strip()[:200]
        raise ModelError(f"The upscaler in {path} cannot be loaded: {reason}") from error
    upscaler = upscaler.to(device=device, dtype=compute_dtype(device))
    upscaler.to_channels_last()
    return upscaler.eval().requires_grad_(False)


@lru_cache(maxsize=2)
def shipped_upscaler(device: torch.device) -> Upscaler:
    """The shipped upscaler on a device, loaded when it is first needed."""
    return load_upscaler().to(device)


def save_upscaler(upscaler: Upscaler, path: Path, training: dict | None = None) -> None:
    """Writes a directory, weights as bfloat16; an older one with the same path is replaced once the
    new one is complete."""
    record = {"format": FORMAT, "config": to_json(upscaler.config), "training": training or {}}
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in upscaler.state_dict().items()}
    with whole_directory(path) as new:
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (new / RECORD).write_text(text + "\n", encoding="utf-8")
        save_file(weights, new / WEIGHTS)
