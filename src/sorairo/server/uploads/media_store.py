"""The media store: the files of jobs in a folder, or in any store that fsspec opens by URL.

The server chooses all names: the job, the claim that made the file, the kind of file. A file
appears complete or not at all. Changes by other processes are visible at once: listings are not
cached.
"""

from __future__ import annotations

import errno
import logging
import math
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

from sorairo.errors import (
    ConfigError,
    DiskFullError,
    MediaError,
    MissingExtraError,
    StorageUnavailableError,
    WriteError,
)
from sorairo.notes import Note

CHUNK = 1 << 20  # bytes that `read` yields at once
PROBE = "trial"  # prefix of the folders that `check_writable` writes
FILE_MODE, FOLDER_MODE = 0o600, 0o700  # clips are for their owner alone
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Names under which stores list the time of the last change.
TIME_KEYS = ("mtime", "LastModified", "last_modified", "updated", "created")
log = logging.getLogger("sorairo.media")


class MediaStore:
    """The files of jobs, under names of the form "folder/file".

    Every method may raise StorageUnavailableError if the store is unreachable or denies access, and
    DiskFullError, a WriteError, if a disk is full.
    """

    def __init__(self, url: str) -> None:
        """Raises ConfigError, MissingExtraError and StorageUnavailableError."""
        try:
            self.files, self.root = _open(url)
        except ImportError as error:
            raise MissingExtraError(f"Cannot open the media store {url!r}: {error}.") from error
        except ValueError as error:
            raise ConfigError(f"Cannot open the media store {url!r}: {error}.") from error
        except Exception as error:  # some stores connect here
            raise _unavailable(error) from error
        with self._translated_errors():
            self._make_folder(self.root)

    def put(self, name: str, source: Path | bytes) -> None:
        """Writes a file."""
        with self._atomic_write(name) as temporary:
            if isinstance(source, bytes):
                self.files.pipe_file(temporary, source)
            else:
                self.files.put_file(str(source), temporary)

    def copy(self, name: str, target: str) -> None:
        """Copies a file within the store. Raises MediaError if it does not exist."""
        if self.size(name) is None:
            raise MediaError(f"{name} is gone.")
        with self._atomic_write(target) as temporary:
            self.files.cp_file(self._path(name), temporary)

    def get(self, name: str, target: Path) -> None:
        """Copies a file to a local path. Raises MediaError if it does not exist."""
        try:
            with self._translated_errors(FileNotFoundError):
                self.files.get_file(self._path(name), str(target))
        except FileNotFoundError as error:
            raise MediaError(f"{name} is gone.") from error

    def free_bytes(self) -> int | None:
        """Free disk space; None if it is unknown because the store is not a local folder."""
        if not isinstance(self.files, LocalFileSystem):
            return None
        try:
            return shutil.disk_usage(self.root).free
        except OSError:
            return None

    def check_writable(self) -> None:
        """Writes a file and deletes it again."""
        name = f"{PROBE}-{secrets.token_hex(4)}"
        self.put(f"{name}/empty", b"")
        self.delete_folder(name)

    def size(self, name: str) -> int | None:
        """The size of a file in bytes; None if it does not exist."""
        try:
            with self._translated_errors(FileNotFoundError):
                return int(self.files.info(self._path(name))["size"])
        except FileNotFoundError:
            return None

    def folder_size(self, folder: str) -> int:
        """The bytes of all files in a folder; 0 if it does not exist."""
        with self._translated_errors():
            found = cast(
                dict[str, dict[str, Any]], self.files.find(self._path(folder), detail=True)
            )
        return sum(int(each.get("size") or 0) for each in found.values())

    def read(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end` (None: of all of the file, as it is when it is
        opened), in chunks."""
        with self._translated_errors(), self.files.open(self._path(name), "rb") as opened:
            file = cast(BinaryIO, opened)
            file.seek(start)
            left = math.inf if end is None else end - start
            while left > 0 and (chunk := file.read(int(min(CHUNK, left)))):
                left -= len(chunk)
                yield chunk

    def delete_folder(self, folder: str) -> None:
        """Deletes all files of a folder, if it exists."""
        path = self._path(folder)
        with self._translated_errors():
            with suppress(FileNotFoundError):
                self.files.rm(path, recursive=True)
            if not isinstance(self.files, LocalFileSystem) and self.files.find(path):
                raise PermissionError(f"{folder} was not deleted")  # some stores do not say so

    def try_delete_folder(self, folder: str) -> None:
        """Deletes files that are no longer needed. A failure is logged, and the files stay."""
        try:
            self.delete_folder(folder)
        except WriteError as error:
            log.warning("%s could not be deleted: %s", folder, error)

    def folders_older_than(self, time: float) -> list[str]:
        """Folders that were last changed before this time (seconds since 1970). In stores without
        folders, the latest change of a file counts; files without a time are skipped."""
        changes: dict[str, float] = {}
        for path, change in self._changes():
            folder = path[len(self.root.rstrip("/")) :].strip("/").partition("/")[0]
            changes[folder] = max(changes.get(folder, 0.0), change)
        return [folder for folder, change in changes.items() if change < time]

    def _changes(self) -> Iterator[tuple[str, float]]:
        """Paths of job folders, or of the files in them, with the time of their last change."""
        with self._translated_errors():
            if isinstance(self.files, LocalFileSystem):
                listed = self.files.ls(self.root, detail=True)
                entries = [each for each in listed if each["type"] == "directory"]
            else:
                found = cast(dict[str, dict[str, Any]], self.files.find(self.root, detail=True))
                entries = list(found.values())
        for entry in entries:
            changed = next((entry[key] for key in TIME_KEYS if entry.get(key)), None)
            if isinstance(changed, datetime):
                changed = changed.timestamp()
            if changed is not None:
                yield str(entry["name"]), changed

    @contextmanager
    def _atomic_write(self, name: str) -> Iterator[str]:
        """A temporary path to write to, which is renamed to `name` if the block succeeds."""
        target = self._path(name)
        temporary = f"{target}.{secrets.token_hex(4)}.part"
        with self._translated_errors():
            try:
                self._make_folder(target.rpartition("/")[0])
                yield temporary
                if isinstance(self.files, LocalFileSystem):
                    os.chmod(temporary, FILE_MODE)
                self._fsync(temporary)
                self.files.mv(temporary, target)
                self._fsync(target.rpartition("/")[0])
            except Exception:
                with suppress(Exception):
                    self.files.rm_file(temporary)
                raise

    def _make_folder(self, path: str) -> None:
        if isinstance(self.files, LocalFileSystem):
            _make_private_folder(Path(path))
        else:
            self.files.makedirs(path, exist_ok=True)

    @contextmanager
    def _translated_errors(self, *expected: type[Exception]) -> Iterator[None]:
        """Turns the many errors of stores into WriteError and StorageUnavailableError, except for
        those that are `expected`."""
        try:
            yield
        except (*expected, MediaError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise DiskFullError(
                    Note(f"There is no disk space: {error.strerror}.", "disk_full")
                ) from error
            if isinstance(self.files, LocalFileSystem) and not isinstance(error, OSError):
                raise
            raise _unavailable(error) from error

    def _fsync(self, path: str) -> None:
        """Flushes a local file or folder to disk: after a power failure, the files of a committed
        job must exist."""
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
            raise ValueError(f"{name!r} is not a valid name")
        return "/".join([self.root.rstrip("/"), *parts])


def _make_private_folder(path: Path) -> None:
    """Creates a local folder, and those above it that are missing."""
    if not path.is_dir():
        _make_private_folder(path.parent)
        path.mkdir(FOLDER_MODE, exist_ok=True)


def _unavailable(error: Exception) -> StorageUnavailableError:
    return StorageUnavailableError(f"The media store is unreachable: {error}")


def _open(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path in it."""
    try:
        return fsspec.core.url_to_fs(url, use_listings_cache=False)
    except TypeError:  # some file systems reject options that they do not know
        return fsspec.core.url_to_fs(url)
