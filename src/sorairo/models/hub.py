"""Model directories: which ones exist, and what can be read about one without loading it. A model
of ours is `model.json`, `tokenizer.json` and safetensors; one of open weights is a folder as it was
published (see `wan.files.folder`). No torch."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sorairo.config import read_json
from sorairo.errors import ConfigError, ModelError, unknown_name
from sorairo.models.model_info import DeliveryDefaults
from sorairo.models.model_record import (
    PLAYED_FAMILY,
    TABLETOP_FAMILY,
    ModelFacts,
    facts_of,
    family_of,
)
from sorairo.models.pull.catalogue import entry_named
from sorairo.models.pull.store import ModelStore, models_folder
from sorairo.models.wan.facts import record_of
from sorairo.models.wan.files.folder import is_wan_folder, read_folder
from sorairo.notes import Note

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FORMAT = 1
FILES = ("model.json", "tokenizer.json", "codec.safetensors", "denoiser.safetensors")
DEFLICKER = "deflicker"  # a further file of models that have such a network, and its setting
FORMERLY = {"deflicker": "steadier", "delivery": "delivered"}  # older directories have these names


@dataclass(frozen=True, kw_only=True)
class ModelDirectory:
    """A model on disk: what can be read about it without loading it."""

    name: str
    path: Path
    bytes: int
    """Size of all files."""
    digest: str
    """The first 16 hex digits of the SHA-256 over the files."""
    record: dict
    """The content of model.json. In every family its `config` has the fields of `ModelFacts`;
    outside of our own, "files" beside it names the model's files."""

    @functools.cached_property
    def facts(self) -> ModelFacts:
        """What the record says about the model. Raises ModelError."""
        return facts_of(self.record, self.path)

    @property
    def family(self) -> str:
        """The family of the model."""
        return family_of(self.record)

    @property
    def world(self) -> str:
        """The simulated world that it was trained on, "" for none; see `world.registry`."""
        return self.facts.world

    @property
    def trained_on(self) -> dict | None:
        """The part of that world its training scenes were drawn from, as JSON; None: not known."""
        return self.facts.trained_on

    @property
    def delivery(self) -> DeliveryDefaults:
        """How its clips are delivered by default."""
        return self.facts.delivery


def shipped() -> Path:
    """The folder of models inside the package."""
    return Path(__file__).parent.parent / "weights"


def list_models(on_problem: Callable[[str], None] = lambda _problem: None) -> list[ModelDirectory]:
    """All shipped models, by name, then all fetched ones. `on_problem` is called with a sentence
    for each fetched one that cannot be read."""
    found = [info(path.parent) for path in sorted(shipped().glob("*/model.json"))]
    store = ModelStore.default()
    for name in store.names():
        try:
            each = info(store.root / name)
            _ = each.facts  # raises, too
        except ModelError as error:
            on_problem(str(error))
        else:
            found.append(each)
    return found


def find(name: str) -> Path:
    """The directory of a model, from its name or a path to it.

    Raises UnknownNameError (did you mean) for a name that does not exist, ModelError for a
    directory that is not a model.
    """
    path = shipped() / name
    if name.isidentifier() and os.path.isfile(path / "model.json"):
        return path
    store = ModelStore.default()
    if name in store.names():
        return store.root / name
    path = Path(os.path.expanduser(name))
    if os.path.isdir(path):
        if not os.path.isfile(path / "model.json") and not is_wan_folder(path):
            raise ModelError(
                f"{path} is not a model directory: it has no model.json and no weights of Wan."
            )
        return path
    if entry_named(name):
        raise ModelError(
            Note(
                f"The model {name} is not installed: sorairo models pull {name}.",
                "model_not_installed",
                model=name,
            )
        )
    known = [each.parent.name for each in shipped().glob("*/model.json")]
    raise unknown_name("model", name, [*known, *store.names()])


def info_for_clips(name: str) -> ModelDirectory:
    """What can be read about the model of that name or directory, which makes clips. Raises
    UnknownNameError, and ModelError also for one that is played."""
    found = info(find(name))
    if found.family == PLAYED_FAMILY:
        raise ModelError(
            f"The model {found.name} makes no clips from prompts: play it, sorairo play"
            f" {found.name}."
        )
    return found


def info(path: Path) -> ModelDirectory:
    """What can be read about a model without loading it. Raises ModelError."""
    if not os.path.isfile(path / "model.json") and is_wan_folder(path):
        return _open_weights(path)
    record = _record(path)
    files = files_of(record)
    missing = [each for each in files if not os.path.isfile(path / each)]
    if missing:
        raise ModelError(f"The model in {path} is incomplete: {', '.join(missing)} missing.")
    stats = [(path / each).stat() for each in files]
    stamp = tuple((s.st_size, s.st_mtime_ns) for s in stats)
    return ModelDirectory(
        name=_name(path) or facts_of(record, path).name,
        path=path,
        bytes=sum(s.st_size for s in stats),
        digest=_digest(path, files, stamp),
        record=record,
    )


def _name(path: Path) -> str:
    """The name of a fetched model, which is that of its folder; "" for another directory."""
    return path.name if path.parent == models_folder() else ""


def _open_weights(path: Path) -> ModelDirectory:
    folder = read_folder(path)
    return ModelDirectory(
        name=_name(path) or folder.variant.name,
        path=path,
        bytes=sum(each.stat().st_size for each in folder.files),
        digest=folder.digest,
        record=record_of(folder.variant),
    )


def files_of(record: dict) -> tuple[str, ...]:
    """The files of a model, from its model.json. A model of another family names them there
    (`files`); one of our own has a tokenizer and then one file for each network."""
    if "files" in record:
        names = record["files"]
        if not isinstance(names, list) or not all(map(_is_file_name, names)):
            raise ModelError("The model's model.json does not list the names of its files (files).")
        return tuple(names)
    if family_of(record) != TABLETOP_FAMILY:
        raise ModelError("The model's model.json does not name its files (files).")
    names = (DEFLICKER, FORMERLY[DEFLICKER])
    return (*FILES, *(f"{name}.safetensors" for name in names if record["config"].get(name)))


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in a file. It gives a text's own tokens, also where the file says to cut texts
    or to fill them up to a length, as those do that were saved after use. Raises ModelError."""
    from tokenizers import Tokenizer

    try:
        found = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise ModelError(f"{path} cannot be loaded: {str(error)[:200]}") from error
    found.no_padding()
    found.no_truncation()
    return found


def _is_file_name(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and "\0" not in name


@functools.lru_cache(maxsize=16)
def _digest(path: Path, files: tuple[str, ...], stamp: object) -> str:
    """The stamp is part of the cache's key."""
    total = hashlib.sha256()
    for name in files:
        try:
            total.update((path / name).read_bytes())
        except OSError as error:
            raise ModelError(f"{path / name} cannot be read: {error.strerror}.") from error
    return total.hexdigest()[:16]


def _record(path: Path) -> dict:
    try:
        record = read_json(path / "model.json")
    except (OSError, ConfigError) as error:
        raise ModelError(f"{path / 'model.json'} cannot be read: {error}.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ModelError(
            f"The model in {path} is of another format than this version reads ({FORMAT})."
        )
    if not isinstance(record.get("config"), dict):
        raise ModelError(f"{path / 'model.json'} does not say how the model is made (config).")
    if not isinstance(record.get("training", {}), dict):
        raise ModelError(f"{path / 'model.json'} cannot be read: 'training' is no object.")
    return record
