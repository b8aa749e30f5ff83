"""Folders that are written completely or not at all, each by one process at a time."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sorairo.video.atomic_write import one_sentence


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yields a folder to write to, which is renamed to `target` when the block ends.

    Its files are on the disk before that. On any error the folder is removed, and nothing has the
    name `target`. If another process has made `target` in the meantime, that one stays. Raises
    WriteError where the system refuses, as on a full disk.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with one_sentence(target):
            temporary.mkdir(parents=True)
            yield temporary
            for path in (*temporary.iterdir(), temporary):
                _flush(path)
            try:
                temporary.rename(target)
            except OSError:
                if not target.is_dir():
                    raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _flush(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name != "posix":  # elsewhere folders cannot be opened
        return
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def claimed(target: Path, *, wait: bool = True) -> Iterator[bool]:
    """Claims the work on a folder; yields False if another process has it and `wait` is not set.

    The operating system releases the claim when the process ends, however it ends. What a process
    that was killed has left of the folder is removed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        for unfinished in target.parent.glob(f".{target.name}.*.part"):
            shutil.rmtree(unfinished, ignore_errors=True)
        yield True
    finally:
        with suppress(OSError):
            os.unlink(lock.lock_file)  # while it is held: whoever waits for it begins anew
        lock.release()


def remove_folder(path: Path) -> None:
    """Removes a folder; it loses its name first, so that nobody finds a part of it."""
    gone = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with suppress(FileNotFoundError):
        path.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
