"""The folders of training runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sorairo.data.cache import cache_folder
from sorairo.errors import TrainingError

WAIT_SECONDS = 15.0  # that processes which draw batches live on when theirs was killed, and more
# What a process that was killed was writing: files and directories with random names.
UNFINISHED = (".*.????????.part*", ".*-????????")


def run_folder(name: str) -> Path:
    """The folder with the state, journal, sheets and result of a run."""
    return cache_folder() / "runs" / name


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Keeps other processes from training the run in a folder: each would overwrite the state of
    the other. What a process that was killed has left half-written there is removed. Raises
    TrainingError where another process trains it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{folder.name}.lock"), timeout=WAIT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise TrainingError(
            f"Another process trains the run in {folder}: wait until it has ended, or give this "
            "run another name with name=."
        ) from None
    try:
        for path in [each for pattern in UNFINISHED for each in folder.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        yield
    finally:
        lock.release()
