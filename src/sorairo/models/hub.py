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
from sorairo.models.model_info import DeliveryDefaults
from sorairo.world import registry

FORMAT = 1
FILES = ("model.json", "tokenizer.json", "codec.safetensors", "denoiser.safetensors")
DEFLICKER = "deflicker"  # a further file of models that have such a network, and its setting
FORMERLY = {"deflicker": "steadier", "delivery": "delivered"}  # older directories have these names


@dataclass(frozen=True, kw_only=True)
class ModelDirectory:
    """A model on disk, as it is known without loading it."""

    name: str
    path: Path
    bytes: int
    """Size of all files."""
    digest: str
    """The first 16 hex digits of the SHA-256 over the files."""
    record: dict
    """The content of model.json."""

    @property
    def world(self) -> str:
        """The simulated world that it was trained on, "" for none; see `world.registry`."""
        return self.record["config"].get("world", registry.DEFAULT)

    @property
    def trained_on(self) -> dict | None:
        """The part of that world its training scenes were drawn from, as JSON; None: not known."""
        return self.record.get("training", {}).get("scene")

    @property
    def delivery(self) -> DeliveryDefaults:
        """How its clips are delivered by default. Raises ConfigError."""
        config = self.record["config"]
        record = config.get("delivery", config.get(FORMERLY["delivery"], {}))
        return from_json(DeliveryDefaults, record)


def shipped() -> Path:
    """The folder of models inside the package."""
    return Path(__file__).parent.parent / "weights"


def list_models() -> list[ModelDirectory]:
    """All shipped models, by name."""
    return [info(path.parent) for path in sorted(shipped().glob("*/model.json"))]


def find(name: str) -> Path:
    """The directory of a model, from its name or a path to it.

    Raises UnknownNameError (did you mean) for a name that does not exist, ModelError for a
    directory that is not a model.
    """
    path = shipped() / name
    if name.isidentifier() and os.path.isfile(path / "model.json"):
        return path
    path = Path(os.path.expanduser(name))
    if os.path.isdir(path):
        if not (path / "model.json").is_file():
            raise ModelError(f"{path} is not a model directory: it has no model.json.")
        return path
    known = [each.parent.name for each in shipped().glob("*/model.json")]
    raise unknown_name("model", name, known)


def info(path: Path) -> ModelDirectory:
    """What is known of a model without loading it."""
    record = _record(path)
    files = files_of(record)
    missing = [each for each in files if not (path / each).is_file()]
    if missing:
        raise ModelError(f"The model in {path} is incomplete: {', '.join(missing)} missing.")
    stats = [(path / each).stat() for each in files]
    stamp = tuple((s.st_size, s.st_mtime_ns) for s in stats)
    return ModelDirectory(
        name=str(record["config"].get("name", path.name)),
        path=path,
        bytes=sum(s.st_size for s in stats),
        digest=_digest(path, files, stamp),
        record=record,
    )


def files_of(record: dict) -> tuple[str, ...]:
    """The files of a model, from its model.json; each but the first two holds the weights of one
    network."""
    names = (DEFLICKER, FORMERLY[DEFLICKER])
    return (*FILES, *(f"{name}.safetensors" for name in names if record["config"].get(name)))


@functools.lru_cache(maxsize=16)
def _digest(path: Path, files: tuple[str, ...], stamp: object) -> str:
    """The stamp is part of the cache's key."""
    total = hashlib.sha256()
    for name in files:
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
    if not isinstance(record.get("config"), dict):
        raise ModelError(f"{path / 'model.json'} does not say how the model is made (config).")
    return record


def load(path: Path):
    """The networks of a model directory of our own family, in the number format it is stored in.

    Raises ModelError when files are missing, broken, or do not fit together.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from sorairo.models.model import Model, ModelConfig

    record = info(path).record
    part = "model.json"
    try:
        config = from_json(ModelConfig, record["config"])
        with torch.device("meta"):
            model = Model(config, _tokenizer(path / "tokenizer.json"))
        for part in files_of(record)[2:]:
            _network(model, part).load_state_dict(load_file(path / part), assign=True)
        model.codec.to_channels_last()
        if model.deflicker is not None:
            model.deflicker.to_channels_last()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        # torch lists every tensor that does not fit on a line of its own, after a headline
        lines = [line.strip() for line in str(error).splitlines()]
        reason = lines[min(1, len(lines) - 1)] if lines else type(error).__name__
        raise ModelError(f"{path / part} cannot be loaded: {reason[:200]}") from error
    return model.eval().requires_grad_(False)


def _network(model, file: str):
    """The network of a model whose weights a file holds."""
    name = file.partition(".")[0]
    return getattr(model, next((new for new, old in FORMERLY.items() if old == name), name))


def _tokenizer(path: Path):
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise ModelError(f"{path} cannot be loaded: {error}") from error


def save(model, path: Path, training: dict | None = None) -> None:
    """Writes a model directory, weights as bfloat16; an older one at the same place is replaced
    once the new one is whole."""
    import torch
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    record = {"format": FORMAT, "config": to_json(model.config), "training": training or {}}
    (new / "model.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    model.tokenizer.save(str(new / "tokenizer.json"))
    for file in files_of(record)[2:]:
        weights = _network(model, file).state_dict()
        halves = {k: v.to(torch.bfloat16).contiguous() for k, v in weights.items()}
        save_file(halves, new / file)
    os.chmod(new, 0o755)
    for each in new.iterdir():
        os.chmod(each, 0o644)  # safetensors writes for the owner alone
    old = path.with_name(f".{path.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    new.rename(path)
    shutil.rmtree(old, ignore_errors=True)
