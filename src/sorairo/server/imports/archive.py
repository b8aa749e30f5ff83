"""An archive to import: a folder or a zip, with the names of its files and their contents."""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sorairo.errors import DiskFullError, MediaError
from sorairo.notes import Note
from sorairo.server.imports.matching import (
    MEDIA_SUFFIXES,
    SIDECAR_SUFFIXES,
    UNNAMED_SUFFIXES,
    FoundMedia,
    matched,
)
from sorairo.server.imports.records import Sidecars, Unreadable
from sorairo.server.uploads.file_types import detect_type
from sorairo.server.uploads.media_store import DISK_FULL

MAX_SIDECAR, MAX_NOTE = 512 * 2**20, 2**20  # bytes of a JSON or CSV file, of a text file
MAX_FILES = 200_000
HEAD = 16  # bytes that say what a file is
CHUNK = 2**20  # bytes of a file that are unpacked at once
# What the module `zipfile` raises where an entry cannot be unpacked.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, RuntimeError, OSError, ValueError),
)
MAX_MEDIA, MAX_RATIO = 4 * 2**30, 200  # bytes of a file in a zip; unpacked : packed


class FolderArchive:
    """A folder. Links and hidden files are left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> Sequence[str]:
        """All files, by names with slashes."""
        found = []
        for path, folders, files in os.walk(self.folder):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            for name in files:
                full = Path(path) / name
                if not name.startswith(".") and stat.S_ISREG(full.lstat().st_mode):
                    found.append(full.relative_to(self.folder).as_posix())
        return found[:MAX_FILES]

    def size(self, name: str) -> int:
        """Bytes of a file."""
        return (self.folder / name).stat().st_size

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return (self.folder / name).read_bytes()

    def head(self, name: str) -> bytes:
        """The first bytes of a file; b"" where it cannot be read."""
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(HEAD)
        except OSError:
            return b""

    def time(self, name: str) -> float:
        """When a file was last changed, in seconds since 1970."""
        return (self.folder / name).stat().st_mtime

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        """A local path of a file, while the block runs. Raises MediaError if it cannot be read."""
        path = self.folder / name
        try:
            path.open("rb").close()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MediaError(f"The given file cannot be read ({reason}).") from error
        yield path


class ZipArchive:
    """A zip. Entries with names that lead out of it, links, and those that unpack to much more
    than they are, are left out."""

    def __init__(self, path: Path) -> None:
        """Raises MediaError."""
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise MediaError(f"{path.name} is no zip file that can be read.") from error
        found = self.zip.infolist()[:MAX_FILES]
        # Windows PowerShell writes backslashes.
        named = ((each.filename.replace("\\", "/"), each) for each in found)
        self.entries = {name: each for name, each in named if _is_safe(name, each)}

    def names(self) -> Sequence[str]:
        return list(self.entries)

    def size(self, name: str) -> int:
        return self.entries[name].file_size

    def read(self, name: str) -> bytes:
        try:
            return self.zip.read(self.entries[name])
        except DAMAGED as error:
            raise MediaError(f"{name} is damaged in the zip.") from error

    def head(self, name: str) -> bytes:
        try:
            with self.zip.open(self.entries[name]) as file:
                return file.read(HEAD)
        except DAMAGED:
            return b""  # it is no clip that can be read

    def time(self, name: str) -> float:
        try:
            return time.mktime((*self.entries[name].date_time, 0, 0, -1))
        except (ValueError, OverflowError):
            return time.time()

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="sorairo-import-") as folder:
            path = Path(folder) / "file"
            try:
                with self.zip.open(self.entries[name]) as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target, CHUNK)
            except DAMAGED as error:
                if getattr(error, "errno", None) in DISK_FULL:
                    raise DiskFullError("There is no disk space for a file of the zip.") from error
                raise MediaError("The given file is damaged in the zip.") from error
            yield path


def _is_safe(name: str, entry: zipfile.ZipInfo) -> bool:
    pure, mode = PurePosixPath(name), entry.external_attr >> 16
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in pure.parts)
    packed = max(1, entry.compress_size)
    return not (
        name.endswith("/")
        or pure.is_absolute()
        or hidden
        or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode) != 0)
        or entry.file_size > MAX_MEDIA
        or entry.file_size / packed > MAX_RATIO
    )


def open_archive(path: Path) -> FolderArchive | ZipArchive:
    """The archive at a path. Raises MediaError."""
    if os.path.isdir(path):
        return FolderArchive(path)
    if os.path.isfile(path):
        return ZipArchive(path)
    raise MediaError(f"There is no folder or zip {path}.")


def find_media(archive: FolderArchive | ZipArchive) -> tuple[list[FoundMedia], list[Unreadable]]:
    """The clips and pictures of an archive with what its sidecars say about them, and the sidecars
    that cannot be read."""
    names = archive.names()
    media = [each for each in names if _is_media(archive, each)]
    stems = {str(PurePosixPath(each).with_suffix("")) for each in media} | set(media)
    sidecars = Sidecars()
    for name in names:
        if _suffix(name) not in SIDECAR_SUFFIXES:
            continue
        is_note = _suffix(name) == ".txt"
        if is_note and str(PurePosixPath(name).with_suffix("")) not in stems:
            continue
        if archive.size(name) > (MAX_NOTE if is_note else MAX_SIDECAR):
            sidecars.unreadable.append(Unreadable(name, Note("it is too large", "large_text")))
            continue
        try:
            sidecars.read(name, archive.read(name).decode("utf-8-sig"))
        except (OSError, MediaError, UnicodeDecodeError):
            sidecars.unreadable.append(Unreadable(name, Note("it is no text in UTF-8", "not_utf8")))
    return matched(media, sidecars.records), sidecars.unreadable


def _is_media(archive: FolderArchive | ZipArchive, name: str) -> bool:
    """Whether a file is a clip or picture: by its name, or its content where that says nothing."""
    suffix = _suffix(name)
    return suffix in MEDIA_SUFFIXES or (
        suffix in UNNAMED_SUFFIXES and detect_type(archive.head(name)) is not None
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
