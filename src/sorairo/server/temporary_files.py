"""Where the temporary files of server and worker processes are, and removing those of dead ones.

Each process has a folder of its own in one root, and holds the lock `NAME.lock` beside the folder
`NAME` as long as it lives. The system releases the lock of a process that is killed, so a folder
whose lock is free belongs to nobody.
"""

from __future__ import annotations

import getpass
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sorairo.errors import WriteError
from sorairo.server.background.periodic import PeriodicThread

SWEEP_INTERVAL = 5.0  # seconds
LOCK_SUFFIX = ".lock"
log = logging.getLogger("sorairo.temporary")


@contextmanager
def temporary_files() -> Iterator[Path]:
    """All temporary files of this process are made in a folder of its own until the block ends.
    Folders of processes that were killed are removed, now and every few seconds.

    Raises WriteError if the folder cannot be made, for example because the disk is full.
    """
    try:
        root = _root()
        sweep(root)
        folder, lock = _claimed(root)
    except OSError as error:
        raise WriteError(
            f"There is no place for temporary files ({error.strerror or error}): make room, or set"
            " TMPDIR to a folder of your own."
        ) from error

    def keep() -> float:
        """Some systems delete what has not changed for days from their temporary folder."""
        for path in (folder, Path(lock.lock_file)):
            os.utime(path)
        sweep(root)
        return SWEEP_INTERVAL

    sweeping = PeriodicThread("temporary files", keep, retry_seconds=SWEEP_INTERVAL)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    sweeping.start()
    try:
        yield folder
    finally:
        sweeping.stop()
        tempfile.tempdir = before
        _remove(folder, lock)


def sweep(root: Path) -> None:
    """Removes the folders of processes that have ended."""
    for path in root.glob(f"*{LOCK_SUFFIX}"):
        lock = FileLock(path)
        with suppress(Timeout, OSError):
            lock.acquire(blocking=False)
            folder = path.with_suffix("")
            if folder.exists():
                log.info("removing %s, whose process has ended", folder)
            _remove(folder, lock)


def _root() -> Path:
    """The folder of this user for all temporary files; another user cannot have made it."""
    root = Path(tempfile.gettempdir()) / f"sorairo-{_user()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and root.lstat().st_uid != os.getuid():
        raise PermissionError(f"{root} belongs to another user")
    root.chmod(0o700)
    return root


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return str(os.getuid())


def _claimed(root: Path) -> tuple[Path, FileLock]:
    """A new folder in `root`, and its lock."""
    while True:
        folder = root / f"{os.getpid()}-{secrets.token_hex(4)}"
        lock = FileLock(folder.with_suffix(LOCK_SUFFIX))
        with suppress(Timeout):
            lock.acquire(blocking=False)
            if os.path.exists(lock.lock_file):  # else another process has swept it just before
                folder.mkdir(mode=0o700)
                return folder, lock
            lock.release()


def _remove(folder: Path, lock: FileLock) -> None:
    """Removes a folder and its lock, which this process holds. What cannot be removed stays for the
    next sweep."""
    shutil.rmtree(folder, ignore_errors=True)
    path = Path(lock.lock_file)
    if os.name == "nt":  # where an open file cannot be deleted
        lock.release()
    if not folder.exists():
        with suppress(OSError):
            path.unlink(missing_ok=True)
    lock.release()
