"""The networks of our own models, from and to a model directory (see `hub`)."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from sorairo.config import from_json, to_json
from sorairo.errors import ModelError
from sorairo.models.hub import FORMAT, FORMERLY, files_of, info, read_tokenizer
from sorairo.models.model import Model, ModelConfig
from sorairo.nn.skip_init import on_meta_device
from sorairo.video.atomic_write import one_sentence

N = TypeVar("N", bound=nn.Module)


def load_networks(path: Path) -> Model:
    """The networks in the number format that they are stored in, for inference.

    Raises ModelError when files are missing, broken, or do not fit together.
    """
    record = info(path).record

    def build() -> Model:
        config = from_json(ModelConfig, record["config"])
        return Model(config, read_tokenizer(path / "tokenizer.json"))

    def files(model: Model) -> dict[str, nn.Module]:
        return {file: _network(model, file) for file in files_of(record)[2:]}

    model = load_weights(build, files, path)
    model.codec.to_channels_last()
    if model.deflicker is not None:
        model.deflicker.to_channels_last()
    return model


def save_networks(model: Model, path: Path, training: dict | None = None) -> None:
    """Writes a model directory, weights as bfloat16; `training` is what its record says of how it
    was trained. An older directory at the same place is replaced once the new one is complete."""
    record = {"format": FORMAT, "config": to_json(model.config), "training": training or {}}
    files = {file: _network(model, file) for file in files_of(record)[2:]}
    write_directory(path, record, model.tokenizer, files)


def write_directory(
    path: Path, record: dict, tokenizer: Tokenizer, networks: Mapping[str, nn.Module]
) -> None:
    """Writes a model directory: its record, its tokenizer, and each file of weights as bfloat16. An
    older directory at the same place is replaced once the new one is complete."""
    with whole_directory(path) as new:
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (new / "model.json").write_text(text + "\n", encoding="utf-8")
        tokenizer.save(str(new / "tokenizer.json"))
        for file, network in networks.items():
            weights = network.state_dict()
            halves = {k: v.to(torch.bfloat16).contiguous() for k, v in weights.items()}
            save_file(halves, new / file)


@contextmanager
def whole_directory(path: Path) -> Iterator[Path]:
    """Yields a new directory beside `path`, which takes its place, and that of an older one, when
    the block ends; on any error it is removed and the older one stays. Raises WriteError where the
    system refuses, as on a full disk."""
    with one_sentence(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
        try:
            yield new
            os.chmod(new, 0o755)
            for each in new.iterdir():
                os.chmod(each, 0o644)  # safetensors writes for the owner alone
            old = path.with_name(f".{path.name}-old")
            shutil.rmtree(old, ignore_errors=True)
            if path.exists():
                path.rename(old)
            new.rename(path)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def load_weights(
    build: Callable[[], N], files: Callable[[N], Mapping[str, nn.Module]], path: Path
) -> N:
    """The networks that `build` makes, with the weights in the files of the model directory `path`.

    Raises ModelError when files are missing, broken, or do not fit together.
    """
    part = "model.json"
    try:
        with on_meta_device():
            model = build()
        for part, network in files(model).items():
            network.load_state_dict(load_file(path / part), assign=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        # torch lists every tensor that does not fit on a line of its own, after a headline
        lines = [line.strip() for line in str(error).splitlines()]
        reason = lines[min(1, len(lines) - 1)] if lines else type(error).__name__
        raise ModelError(f"{path / part} cannot be loaded: {reason[:200]}") from error
    return model.eval().requires_grad_(False)


def _network(model: Model, file: str) -> nn.Module:
    """The network of a model whose weights a file holds."""
    name = file.partition(".")[0]
    return getattr(model, next((new for new, old in FORMERLY.items() if old == name), name))
