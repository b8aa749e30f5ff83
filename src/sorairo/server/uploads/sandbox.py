"""Reads uploaded files in a process of their own.

If a file crashes, hangs or takes over a decoder, only that process is affected. Its memory and time
are limited, it sees none of the server's environment, it is confined (see `confinement`), and it
returns only numbers and text.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sorairo.errors import DiskFullError, MediaError
from sorairo.notes import Note
from sorairo.processes import isolated_command, isolated_environment
from sorairo.server.uploads.clip_ipc import EXIT_NO_SPACE, read_clip, read_header
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.clip import Clip

Result = TypeVar("Result")
# What clients see: messages of a decoder would reveal paths and addresses.
ERROR_MESSAGES: Mapping[str, str] = {
    "unreadable": "The given file cannot be read as a picture or video: send a .png, .jpg, .webp or"
    " .mp4 that a player can show.",
    "too_large": "The given file has too many pixels, frames or tracks, or it is too long: make it"
    " smaller or shorter first.",
    "codec": "The given video uses a codec that is not supported: save it as .mp4 with H.264 and"
    " AAC.",
    "memory": "The given file needs more memory than is allowed: make it smaller or shorter first.",
    "timeout": "The given file takes longer to decode than is allowed: make it smaller or shorter"
    " first.",
}
# Signals that end a process which exceeds its limits: of CPU time, of the system's memory.
SIGNAL_ERRORS: Mapping[str, str] = {"SIGXCPU": "timeout", "SIGKILL": "memory"}
# Environment variables that the process sees.
ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# Threads and malloc arenas use address space, which is limited.
FEW_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
POLL_INTERVAL = 0.2  # seconds
SANDBOX_MAIN = "sorairo.server.uploads.sandbox_main"
INSPECTION = ResourceLimits(memory=2 * 2**30, pixels=2**29, written=2**24, processor=10, clock=30.0)
"""What reading headers and packets and decoding one frame may use."""
log = logging.getLogger("sorairo.sandbox")


def decode(
    path: Path,
    max_side: int | None,
    limits: ResourceLimits = ResourceLimits(),
    on_poll: Callable[[], None] = lambda: None,
    *,
    seconds: float | None = None,
) -> Clip:
    """The picture or video in an uploaded file.

    Args:
        path: The file.
        max_side: Larger frames are reduced until neither side is longer.
        limits: What the process may use.
        on_poll: Called every POLL_INTERVAL; an exception that it raises ends the process.
        seconds: Only so much of the beginning is decoded; None: everything.

    Raises:
        MediaError: The file cannot be decoded; the message is one of ERROR_MESSAGES.
        DiskFullError: The disk is full.
    """
    task = {"read": "clip", "max_side": max_side, "seconds": seconds}
    return _run(task, path, limits, on_poll, read_clip)


def inspect(path: Path, limits: ResourceLimits = INSPECTION) -> MediaInfo:
    """Size and length of the picture or video in an uploaded file, from its header, its packets and
    its first frame. Raises what `decode` raises."""
    return _run({"read": "info"}, path, limits, lambda: None, _read_info)


def preview(
    path: Path, max_side: int, limits: ResourceLimits = ResourceLimits()
) -> tuple[MediaInfo, Clip]:
    """Size and length of the picture or video in a file, and a smaller form of it, whose sides are
    no longer than `max_side`. Raises what `decode` raises."""
    task = {"read": "preview", "max_side": max_side, "seconds": None}
    return _run(task, path, limits, lambda: None, _read_preview)


def _read_preview(file: BinaryIO, header: dict[str, Any]) -> tuple[MediaInfo, Clip]:
    return _read_info(file, header["info"]), read_clip(file, header)


def _read_info(_file: BinaryIO, header: dict[str, Any]) -> MediaInfo:
    return MediaInfo(
        width=int(header["width"]),
        height=int(header["height"]),
        num_frames=int(header["num_frames"]),
        fps=float(header["fps"]),
    )


def _run(
    task: Mapping[str, Any],
    path: Path,
    limits: ResourceLimits,
    on_poll: Callable[[], None],
    read: Callable[[BinaryIO, dict[str, Any]], Result],
) -> Result:
    """What a process makes of a file; `read` reads the output that follows its header."""
    task = {**task, "path": str(path.absolute()), "limits": asdict(limits), "parent": os.getpid()}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as messages:
        with _started(task, out, messages) as process:
            code = _wait(process, limits.clock, on_poll)
        if code < 0:
            name = signal.Signals(-code).name
            raise _media_error(SIGNAL_ERRORS.get(name, "unreadable"), f"ended by {name}")
        if code == EXIT_NO_SPACE:
            raise DiskFullError("There is no disk space for the frames of the given file.")
        if code > 0:  # a bug in the sandbox, not a bad file
            messages.seek(0)
            raise RuntimeError(f"the sandbox exited with {code}: {messages.read()[-4000:]!r}")
        out.seek(0)
        return _result(out, read)


@contextmanager
def _started(
    task: Mapping[str, Any], out: BinaryIO, messages: BinaryIO
) -> Iterator[subprocess.Popen[bytes]]:
    """A decoding process, which is killed when the block ends."""
    with subprocess.Popen(
        isolated_command(SANDBOX_MAIN, json.dumps(task)),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=messages,
        env=isolated_environment(ENVIRONMENT) | FEW_THREADS,
        cwd=Path(tempfile.gettempdir()).anchor,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], seconds: float, on_poll: Callable[[], None]) -> int:
    """The exit code of a process. Raises MediaError if it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(POLL_INTERVAL, left))
        on_poll()
    if (code := process.poll()) is not None:  # it ended while `on_poll` ran
        return code
    raise _media_error("timeout", f"not done after {seconds:g} s")


def _result(out: BinaryIO, read: Callable[[BinaryIO, dict[str, Any]], Result]) -> Result:
    try:
        header = read_header(out)
        if "error" not in header:
            return read(out, header)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _media_error("unreadable", f"the output cannot be read: {error}") from error
    raise _media_error(str(header["error"]), header.get("reason"))


def _media_error(kind: str, reason: Any) -> MediaError:
    log.info("cannot decode a given file (%s): %.600r", kind, reason)
    kind = kind if kind in ERROR_MESSAGES else "unreadable"
    return MediaError(Note(ERROR_MESSAGES[kind], f"media_{kind}"))
