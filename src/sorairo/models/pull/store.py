"""The folder of fetched models.

`NAME/` is a model. Its files are links to `.files/SHA256`, so that models share what they have in
common (the text encoder is eleven gigabytes); `.incoming/` has what is not complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from sorairo.config import read_json
from sorairo.errors import ConfigError, DiskFullError, ModelError, WriteError

RECORD = "pull.json"  # in a model's folder: where its files come from
CHUNK = 8 * 2**20
KEPT_FREE = 2**30  # bytes of the disk that a download does not fill


def models_folder() -> Path:
    """Where fetched models are: the environment variable SORAIRO_MODELS, or `sorairo/models` in the
    user's data directory."""
    given = os.environ.get("SORAIRO_MODELS")
    folder = Path(given).expanduser() if given else Path(platformdirs.user_data_dir("sorairo"))
    return folder if given else folder / "models"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of a fetched model, as its record has it."""

    place: str
    """Its path in the model's folder."""
    repo: str
    path: str
    """Its path in the repository."""
    revision: str
    """The commit of the repository; "" for a file that was placed by hand without a network."""
    bytes: int
    sha256: str
    licence: str
    digest_from: str
    """What the digest was checked against: "list" (of this program), "hub", or "" for nothing."""


@dataclass(frozen=True)
class ModelStore:
    """The folder of fetched models."""

    root: Path

    @classmethod
    def default(cls) -> ModelStore:
        return cls(models_folder())

    @property
    def files(self) -> Path:
        return self.root / ".files"

    @property
    def incoming(self) -> Path:
        return self.root / ".incoming"

    def names(self) -> list[str]:
        """The models in the folder."""
        with contextlib.suppress(OSError):
            folders = [each for each in self.root.iterdir() if not each.name.startswith(".")]
            return sorted(each.name for each in folders if each.is_dir() and any(each.iterdir()))
        return []

    def record(self, name: str) -> list[StoredFile]:
        """The files of a model; empty for one that was placed by hand."""
        try:
            found = read_json(self.root / name / RECORD)
            return [StoredFile(**each) for each in found["files"]]
        except (OSError, ConfigError, KeyError, TypeError):
            return []

    def stored(self, sha256: str) -> Path | None:
        """The complete file of that digest."""
        path = self.files / sha256
        return path if path.is_file() else None

    def add(self, path: Path, sha256: str) -> Path:
        """Takes a complete file whose digest was checked, by a link where that is possible."""
        self.files.mkdir(parents=True, exist_ok=True)
        target = self.files / sha256
        if not target.exists():
            _link(path, target)
        return target

    def check_space(self, needed: int) -> None:
        """Raises DiskFullError if so many bytes do not fit."""
        free = self.free_bytes()
        if needed and free < needed + KEPT_FREE:
            raise DiskFullError(
                f"{gigabytes(needed + KEPT_FREE)} of disk are needed in {self.root}, and"
                f" {gigabytes(free)} are free: free some, or set SORAIRO_MODELS to a folder on"
                " another disk."
            )

    def free_bytes(self) -> int:
        """Bytes that are free where the models are."""
        folder = self.root
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def assemble(self, name: str, files: Sequence[StoredFile]) -> Path:
        """The folder of a model from its stored files, complete or not at all."""
        folder = self.root / name
        try:
            new = Path(tempfile.mkdtemp(dir=self.root, prefix=f".{name}-"))
            try:
                for each in files:
                    place = new / each.place
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _link(self.files / each.sha256, place)
                record = {"format": 1, "files": [asdict(each) for each in files]}
                (new / RECORD).write_text(json.dumps(record, indent=1) + "\n")
                new.chmod(0o755)
                self._replace(folder, new)
            finally:
                shutil.rmtree(new, ignore_errors=True)
        except OSError as error:
            raise WriteError(f"{folder} cannot be written: {error.strerror or error}.") from error
        return folder

    def _replace(self, folder: Path, new: Path) -> None:
        if folder.exists():
            old = Path(tempfile.mkdtemp(dir=self.root, prefix=f".{folder.name}-")) / "old"
            folder.rename(old)
            new.rename(folder)
            shutil.rmtree(old.parent, ignore_errors=True)
        else:
            new.rename(folder)

    def remove(self, name: str) -> int:
        """Deletes a model, and the files that no other model has. Returns the bytes freed. Raises
        ModelError."""
        if name not in self.names():
            raise ModelError(f"There is no model '{name}' in {self.root}.")
        shutil.rmtree(self.root / name)
        used = {each.sha256 for other in self.names() for each in self.record(other)}
        freed = 0
        for path in self.files.glob("*"):
            if path.name not in used:
                freed += path.stat().st_size
                path.unlink()
        return freed


def sha256_of(path: Path, on_bytes: Callable[[int], object] = lambda _count: None) -> str:
    """The digest of a file; `on_bytes` is called with the size of every part that was read."""
    return _digest(hashlib.sha256(), path, on_bytes)


def git_digest_of(path: Path) -> str:
    """The digest by which git, and so the hub, names a small file."""
    return _digest(hashlib.sha1(b"blob %d\0" % path.stat().st_size), path)


def _digest(
    total: hashlib._Hash, path: Path, on_bytes: Callable[[int], object] = lambda _count: None
) -> str:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            total.update(part)
            on_bytes(len(part))
    return total.hexdigest()


def gigabytes(count: float) -> str:
    """A size for people: "9.4 GB", "253.8 MB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _link(source: Path, target: Path) -> None:
    """A second name for a file; a copy where the file system has no links."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        try:
            target.symlink_to(source.resolve())
        except OSError:
            shutil.copy2(source, target)
