"""Names of files that a running command is going to write, reserved against other commands.

A name is reserved by a lock on a file in the cache folder, which the operating system releases when
the process ends, however it ends: nothing is left in the user's folders. Commands of other users
are not seen; a name that has no `-o` is therefore never overwritten (see `whole_file`).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from filelock import BaseFileLock


class Reservations:
    """The names that one command has reserved. A context manager: its end releases them."""

    def __init__(self) -> None:
        self._locks: list[BaseFileLock] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._release(self._locks)

    def take_all(self, paths: Sequence[Path]) -> bool:
        """Reserve all of the paths, or none; returns whether that was possible."""
        before = len(self._locks)
        if all(self.take(path) for path in paths):
            return True
        self._release(self._locks[before:])
        del self._locks[before:]
        return False

    def take(self, path: Path) -> bool:
        """Reserve a path; returns False if another command holds it."""
        from filelock import FileLock, Timeout

        lock = FileLock(_lock_file(path), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError):  # no cache folder that can be written
            return True
        self._locks.append(lock)
        return True

    def _release(self, locks: Sequence[BaseFileLock]) -> None:
        for lock in locks:
            with suppress(OSError):
                os.unlink(lock.lock_file)  # while it is held: whoever waits for it begins anew
            lock.release()


def _lock_file(path: Path) -> Path:
    from sorairo.data.cache import cache_folder

    place = os.path.normcase(os.path.realpath(path))
    if sys.platform == "darwin":
        place = place.casefold()
    folder = cache_folder() / "locks"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(os.fsencode(place)).hexdigest()[:32]}.lock"
