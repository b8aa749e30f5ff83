"""Model directories: find, load, save. A model is `model.json`, `tokenizer.json` and safetensors;
nothing is unpickled."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sorairo.config import from_json, to_json
from sorairo.errors import ModelError, unknown_name

FORMAT = 1
FILES = ("model.json", "tokenizer.json", "codec.safetensors", "denoiser.safetensors")


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model that is there. `digest` is the first 16 hex digits of the SHA-256 over its files."""

    name: str
    path: Path
    bytes: int
    digest: str
    record: dict


def shipped() -> Path:
    """The folder of models inside the package."""
    return Path(__file__).parent.parent / "weights"


def list_models() -> list[ModelInfo]:
    """All shipped models, by name."""
    return [info(path.parent) for path in sorted(shipped().glob("*/model.json"))]


def find(name: str) -> Path:
    """The directory of a model, from its name or a path to it.

    Raises UnknownNameError (did you mean) for a name that does not exist, ModelError for a
    directory that is not a model.
    """
    path = shipped() / name
    if name.isidentifier() and (path / "model.json").is_file():
        return path
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "model.json").is_file():
            raise ModelError(f"{path} is not a model directory: it has no model.json.")
        return path
    known = [each.parent.name for each in shipped().glob("*/model.json")]
    raise unknown_name("model", name, known)


def info(path: Path) -> ModelInfo:
    """What is known of a model without loading it."""
    record = _record(path)
    missing = [each for each in FILES if not (path / each).is_file()]
    if missing:
        raise ModelError(f"The model in {path} is incomplete: {', '.join(missing)} missing.")
    stats = [(path / each).stat() for each in FILES]
    stamp = tuple((s.st_size, s.st_mtime_ns) for s in stats)
    return ModelInfo(
        name=record["config"]["name"],
        path=path,
        bytes=sum(s.st_size for s in stats),
        digest=_digest(path, stamp),
        record=record,
    )


@functools.lru_cache(maxsize=16)
def _digest(path: Path, stamp: object) -> str:  # the stamp is part of the cache's key
    total = hashlib.sha256()
    for name in FILES:
        total.update((path / name).read_bytes())
    return total.hexdigest()[:16]


def _record(path: Path) -> dict:
    try:
        record = json.loads((path / "model.json").read_text())
    except (OSError, ValueError) as error:
        raise ModelError(f"{path / 'model.json'} cannot be read: {error}.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ModelError(
            f"The model in {path} is of another format than this version reads ({FORMAT})."
        )
    return record


def load(path: Path):
    """The Bundle of a model directory, in the number format it is stored in.

    Raises ModelError when files are missing, broken, or do not fit together.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    from sorairo.models.bundle import Bundle, ModelConfig

    record = info(path).record
    try:
        config = from_json(ModelConfig, record["config"])
        tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        with torch.device("meta"):
            bundle = Bundle(config, tokenizer)
        for part in ("codec", "denoiser"):
            weights = load_file(path / f"{part}.safetensors")
            getattr(bundle, part).load_state_dict(weights, assign=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(f"The model in {path} cannot be loaded: {first}") from error
    return bundle.eval().requires_grad_(False)


def save(bundle, path: Path, training: dict | None = None) -> None:
    """Writes a model directory, weights as bfloat16; an older one at the same place is replaced
    once the new one is whole."""
    import torch
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    record = {"format": FORMAT, "config": to_json(bundle.config), "training": training or {}}
    (new / "model.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    bundle.tokenizer.save(str(new / "tokenizer.json"))
    for part in ("codec", "denoiser"):
        weights = getattr(bundle, part).state_dict()
        halves = {k: v.to(torch.bfloat16).contiguous() for k, v in weights.items()}
        save_file(halves, new / f"{part}.safetensors")
    os.chmod(new, 0o755)
    old = path.with_name(f".{path.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    new.rename(path)
    shutil.rmtree(old, ignore_errors=True)
