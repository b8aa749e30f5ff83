"""The folder of fetched models.

`NAME/` is a model. Its files are links to `.files/SHA256`, so that models share what they have in
common (the text encoder is eleven gigabytes); `.incoming/` has what is not complete: parts of
files, and for each model that is being fetched `NAME.json`, with the digests of its files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from sorairo.config import read_json
from sorairo.errors import ConfigError, DiskFullError, ModelError, WriteError
from sorairo.video.atomic_write import whole_file

RECORD = "pull.json"  # in a model's folder: where its files come from
PART = ".part"  # the end of the name of a file that is arriving
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
    variable: str = "SORAIRO_MODELS"
    """The environment variable that names another folder."""

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
        return path if os.path.isfile(path) else None

    def part(self, digest: str) -> Path:
        """Where a file arrives, by the digest that the hub states."""
        return self.incoming / f"{digest}{PART}"

    def take(self, part: Path, sha256: str) -> None:
        """Moves a file that has arrived, and whose digest was checked, to the complete ones."""
        self.files.mkdir(parents=True, exist_ok=True)
        os.replace(part, self.files / sha256)

    def add(self, path: Path, sha256: str) -> Path:
        """Takes a complete file that somebody has placed, whose digest was checked. Without hard
        links it is moved, if it lies in this folder, and its place becomes a link to it."""
        self.files.mkdir(parents=True, exist_ok=True)
        target, source = self.files / sha256, path.resolve()
        if target.exists():
            return target
        target.unlink(missing_ok=True)  # a link to nothing
        try:
            os.link(source, target)
        except OSError:
            if source.is_relative_to(self.root.resolve()):
                os.replace(source, target)
                source, target = target, source
            _link(source, target)
        return self.files / sha256

    def expect(self, name: str, digests: Iterable[str]) -> None:
        """Notes the digests of the files of a model that is being fetched, so that they stay until
        it is complete. Raises WriteError."""
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"{self.incoming} cannot be made: {error.strerror}.") from error
        with whole_file(self._note(name)) as new:
            new.write_text(json.dumps(sorted(set(digests))))

    def expected(self, name: str) -> list[str]:
        """The digests of a model that is being fetched, or whose fetch was stopped; else none."""
        try:
            return [str(each) for each in read_json(self._note(name))]
        except (OSError, ConfigError, TypeError):
            return []

    def _note(self, name: str) -> Path:
        return self.incoming / f"{name}.json"

    def check_space(self, needed: int) -> None:
        """Raises DiskFullError if so many bytes do not fit."""
        free = self.free_bytes()
        if needed and free < needed + KEPT_FREE:
            raise DiskFullError(
                f"{gigabytes(needed + KEPT_FREE)} of disk are needed in {self.root}, and"
                f" {gigabytes(free)} are free: free some, or set {self.variable} to a folder on"
                " another disk."
            )

    def free_bytes(self) -> int:
        """Bytes that are free where the models are."""
        folder = self.root
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def assemble(self, name: str, files: Sequence[StoredFile]) -> Path:
        """The folder of a model from its stored files, complete or not at all. What somebody else
        has put into an earlier one stays."""
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
            self._note(name).unlink(missing_ok=True)
        except OSError as error:
            raise WriteError(f"{folder} cannot be written: {error.strerror or error}.") from error
        return folder

    def _replace(self, folder: Path, new: Path) -> None:
        if not folder.exists():
            new.rename(folder)
            return
        installed = {RECORD, *(each.place for each in self.record(folder.name))}
        old = Path(tempfile.mkdtemp(dir=self.root, prefix=f".{folder.name}-")) / "old"
        folder.rename(old)
        new.rename(folder)
        for path in [each for each in old.rglob("*") if not each.is_dir()]:
            place = path.relative_to(old)
            if place.as_posix() not in installed and not os.path.lexists(folder / place):
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                path.rename(folder / place)
        shutil.rmtree(old.parent, ignore_errors=True)

    def remove(self, name: str) -> int:
        """Deletes a model, or what has arrived of one, and the files that no other model has or is
        waiting for. Returns the bytes freed. Raises ModelError."""
        waiting = {path.stem for path in self.incoming.glob("*.json")}
        if name not in self.names() and name not in waiting:
            raise ModelError(f"There is no model '{name}' in {self.root}.")
        arrived = [part for each in self.expected(name) if (part := self.part(each)).exists()]
        for part in arrived:
            with alone(part):
                pass  # nobody is fetching it
        if (self.root / name).exists():
            shutil.rmtree(self.root / name)
        self._note(name).unlink(missing_ok=True)
        used = {each.sha256 for other in self.names() for each in self.record(other)}
        used |= {digest for other in waiting - {name} for digest in self.expected(other)}
        freed = 0
        for path in (*self.files.glob("*"), *arrived):
            if path.name.removesuffix(PART) not in used:
                freed += path.stat().st_size if path.exists() else 0
                path.unlink()
        return freed


@contextlib.contextmanager
def alone(part: Path) -> Iterator[None]:
    """Raises ModelError while another process fetches the same file."""
    lock = FileLock(f"{part}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ModelError("Another command is fetching this model: wait until it ends.") from error
    try:
        yield
    finally:
        lock.release()


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
    """A second name for a file; where the file system has no links, a copy, which is complete or
    not there."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        try:
            target.symlink_to(source.resolve())
        except OSError:
            with whole_file(target) as new:
                shutil.copy2(source, new)
