"""What is at the path of an input file, before it is opened."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sorairo.errors import MediaError

_DESCRIPTORS = "/dev/fd"  # the open files of this process, on Linux and macOS
MAX_PIPE_BYTES = 4 * 2**30  # copied from a pipe, which may never end
_PIECE_BYTES = 2**20


def check_regular(path: Path) -> None:
    """Raises MediaError for a named pipe, a socket or a device: opening these may wait for ever.
    Pipes of this process (`/dev/stdin`, process substitution of a shell) may be read, and whoever
    opens a path says that nothing is there."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or _own_pipe(path) is not None:
        return
    kind = "a named pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
    raise MediaError(
        f"{path} is {kind}, not a file: copy what it holds into a file, and name that."
    )


@contextmanager
def on_disk(path: Path) -> Iterator[Path]:
    """The input file as one that can be read several times: what a pipe of this process holds is
    copied to a temporary file, which lasts as long as the context. Raises MediaError as
    `check_regular` does, where there is no space, and for more than `MAX_PIPE_BYTES` in a pipe."""
    check_regular(path)
    number = _own_pipe(path)
    if number is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="sorairo-") as folder:
        copy = Path(folder) / path.name
        try:
            with os.fdopen(os.dup(number), "rb") as source, copy.open("wb") as target:
                _copy(source, target, path)
        except OSError as error:
            raise MediaError(f"Cannot copy {path} to {folder}: {error.strerror}.") from error
        yield copy


def _copy(source: BinaryIO, target: BinaryIO, path: Path) -> None:
    copied = 0
    while piece := source.read(_PIECE_BYTES):
        copied += len(piece)
        if copied > MAX_PIPE_BYTES:
            raise MediaError(
                f"{path} is a pipe with more than {MAX_PIPE_BYTES / 2**30:g} GB: copy what you need"
                " of it into a file, and name that."
            )
        target.write(piece)


def _own_pipe(path: Path) -> int | None:
    """The descriptor of the pipe that a path names, if this process has it open."""
    with suppress(OSError, ValueError):
        named = path.stat()
        if not stat.S_ISFIFO(named.st_mode):
            return None
        for each in os.listdir(_DESCRIPTORS):
            with suppress(OSError, ValueError):  # that of the listing itself is closed by now
                if os.path.samestat(os.fstat(int(each)), named):
                    return int(each)
    return None
