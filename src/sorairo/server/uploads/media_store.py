"""Where files lie: a folder, or anything else that fsspec knows by its URL.

Names are the server's own: of the job, of the claim that made it, of the kind of file. A file
appears whole or not at all. What others write is seen at once: no listing is kept.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from sorairo.errors import ConfigError, MediaError, MissingExtraError, StoreAwayError, WriteError

CHUNK = 1 << 20
TRIAL = "trial"  # a folder's name begins so
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
log = logging.getLogger("sorairo.media")
CHANGED = ("mtime", "LastModified", "last_modified", "updated", "created")  # names of a time


class MediaStore:
    """Any method raises StoreAwayError where the store does not answer or refuses, and WriteError
    where a disk is full."""

    def __init__(self, url: str) -> None:
        """Raises ConfigError, MissingExtraError and StoreAwayError."""
        try:
            self.files, self.root = _opened(url)
        except ImportError as error:
            raise MissingExtraError(f"Media at {url!r}: {error}.") from error
        except ValueError as error:
            raise ConfigError(f"Media cannot be at {url!r}: {error}.") from error
        except Exception as error:  # some connect at once
            raise StoreAwayError(f"The store of clips cannot be reached: {error}") from error
        with self._reached():
            self.files.makedirs(self.root, exist_ok=True)

    def put(self, name: str, source: Path | bytes) -> None:
        """Writes a file under `name` ("folder/file")."""
        with self._whole(name) as temporary:
            if isinstance(source, bytes):
                self.files.pipe_file(temporary, source)
            else:
                self.files.put_file(str(source), temporary)

    def copy(self, name: str, target: str) -> None:
        """Keeps a file under another name as well. Raises MediaError where it is gone."""
        if self.size(name) is None:
            raise MediaError(f"{name} is gone.")
        with self._whole(target) as temporary:
            self.files.cp_file(self._path(name), temporary)

    def get(self, name: str, target: Path) -> None:
        """Brings a file to this machine. Raises MediaError where it is gone."""
        try:
            with self._reached(FileNotFoundError):
                self.files.get_file(self._path(name), str(target))
        except FileNotFoundError as error:
            raise MediaError(f"{name} is gone.") from error

    def room(self) -> int | None:
        """Bytes that are free; None where nobody can tell: not on this machine."""
        if not isinstance(self.files, LocalFileSystem):
            return None
        try:
            return shutil.disk_usage(self.root).free
        except OSError:
            return None

    def try_out(self) -> None:
        """Writes a file and removes it."""
        name = f"{TRIAL}-{secrets.token_hex(4)}"
        self.put(f"{name}/empty", b"")
        self.drop(name)

    def size(self, name: str) -> int | None:
        """Bytes; None where it is not."""
        try:
            with self._reached(FileNotFoundError):
                return int(self.files.info(self._path(name))["size"])
        except FileNotFoundError:
            return None

    def read(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece."""
        with self._reached(), self.files.open(self._path(name), "rb") as opened:
            file = cast(BinaryIO, opened)
            file.seek(start)
            left = (self.size(name) or 0) - start if end is None else end - start
            while left > 0 and (piece := file.read(min(CHUNK, left))):
                left -= len(piece)
                yield piece

    def drop(self, folder: str) -> None:
        """Removes all of a job's files."""
        path = self._path(folder)
        with self._reached():
            with suppress(FileNotFoundError):
                self.files.rm(path, recursive=True)
            if not isinstance(self.files, LocalFileSystem) and self.files.find(path):
                raise PermissionError(f"{folder} is not removed")  # some keep silent about it

    def forget(self, folder: str) -> None:
        """Removes files that nobody will ask for; where that fails they stay, and are a line in the
        log."""
        try:
            self.drop(folder)
        except WriteError as error:
            log.warning("%s stays: %s", folder, error)

    def older_than(self, time: float) -> list[str]:
        """Folders of jobs that were last changed before then (seconds since 1970), where the store
        tells: other stores than folders have files only, the latest of which counts."""
        changes: dict[str, float] = {}
        for path, change in self._changes():
            folder = path[len(self.root.rstrip("/")) :].strip("/").partition("/")[0]
            changes[folder] = max(changes.get(folder, 0.0), change)
        return [folder for folder, change in changes.items() if change < time]

    def _changes(self) -> Iterator[tuple[str, float]]:
        """Paths of folders of jobs, or of the files in them, and when they were last changed."""
        with self._reached():
            if isinstance(self.files, LocalFileSystem):
                listed = self.files.ls(self.root, detail=True)
                entries = [each for each in listed if each["type"] == "directory"]
            else:
                found = cast(dict[str, dict[str, Any]], self.files.find(self.root, detail=True))
                entries = list(found.values())
        for entry in entries:
            changed = next((entry[name] for name in CHANGED if entry.get(name)), None)
            if isinstance(changed, datetime):
                changed = changed.timestamp()
            if changed is not None:
                yield str(entry["name"]), changed

    @contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """A path to write to, which is that of `name` when the block ends well."""
        target = self._path(name)
        temporary = f"{target}.{secrets.token_hex(4)}.part"
        with self._reached():
            try:
                self.files.makedirs(target.rpartition("/")[0], exist_ok=True)
                yield temporary
                self._settle(temporary)
                self.files.mv(temporary, target)
                self._settle(target.rpartition("/")[0])
            except Exception:
                with suppress(Exception):
                    self.files.rm_file(temporary)
                raise

    @contextmanager
    def _reached(self, *expected: type[Exception]) -> Iterator[None]:
        """Whatever a store may raise, as one of two errors, but for what is `expected`."""
        try:
            yield
        except (*expected, MediaError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise WriteError(f"There is no room: {error.strerror}.") from error
            if isinstance(self.files, LocalFileSystem) and not isinstance(error, OSError):
                raise
            raise StoreAwayError(f"The store of clips cannot be reached: {error}") from error

    def _settle(self, path: str) -> None:
        """Waits until a file or folder of this machine lies on its disk: what a job is said to have
        is there when the power was lost."""
        if not isinstance(self.files, LocalFileSystem) or os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _path(self, name: str) -> str:
        parts = name.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"{name!r} is no name of ours")
        return "/".join([self.root.rstrip("/"), *parts])


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path in it."""
    try:
        return fsspec.core.url_to_fs(url, use_listings_cache=False)
    except TypeError:  # it hands what it does not know to a library of its own
        return fsspec.core.url_to_fs(url)
