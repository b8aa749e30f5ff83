"""Files that were sent, decoded in a process of their own.

A decoder that a file has taken over, or made to crash or to hang, ends with that process: it has no
more memory and time than its bounds, none of the server's environment, and nothing comes back from
it but numbers and text.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from sorairo.errors import MediaError, WriteError
from sorairo.server.uploads.clip_ipc import NO_ROOM, take_clip, take_head
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.clip import Clip

# All that a client is told: a decoder's own words name folders and addresses.
SENTENCES: Mapping[str, str] = {
    "unreadable": "The file that was given cannot be read as a picture or video: send a .png, .jpg,"
    " .webp or .mp4 that a player shows.",
    "large": "The file that was given has too many pixels, frames or tracks, or too much sound:"
    " make it smaller or shorter first.",
    "codec": "The video that was given is coded in a way that is not taken: save it anew as .mp4,"
    " with H.264 and AAC.",
    "hungry": "The file that was given needs more memory than is allowed: make it smaller or"
    " shorter first.",
    "slow": "The file that was given takes longer to read than is allowed: make it smaller or"
    " shorter first.",
}
# What ends a process that goes beyond its bounds: the limit of its time, the system's memory.
KILLED: Mapping[str, str] = {"SIGXCPU": "slow", "SIGKILL": "hungry"}
KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
# Threads and arenas take address space, which is bounded.
FEW = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
LOOK_EVERY = 0.2  # seconds, whether it is still wanted
SANDBOX_MAIN = "sorairo.server.uploads.sandbox_main"
log = logging.getLogger("sorairo.decoding")


def decode(
    path: Path,
    max_side: int | None,
    bounds: ResourceLimits = ResourceLimits(),
    meanwhile: Callable[[], None] = lambda: None,
) -> Clip:
    """The picture or film in a file that a stranger sent; with `max_side`, neither side is longer.
    What `meanwhile` raises, called again and again, ends it.

    Raises MediaError with one of `SENTENCES`, and WriteError where the disk is full.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as words:
        with _started(path, max_side, bounds, out, words) as process:
            code = _ended(process, bounds.clock, meanwhile)
        if code < 0:
            name = signal.Signals(-code).name
            raise _trouble(KILLED.get(name, "unreadable"), f"ended by {name}")
        if code == NO_ROOM:
            raise WriteError("There is no room for the frames of a file that was given.")
        if code > 0:  # a fault of ours, not of the file
            words.seek(0)
            raise RuntimeError(f"the decoder ended with {code}: {words.read()[-4000:]!r}")
        out.seek(0)
        return _taken(out)


@contextmanager
def _started(
    path: Path, max_side: int | None, bounds: ResourceLimits, out: BinaryIO, words: BinaryIO
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that decodes; it does not outlive the block."""
    settings = [json.dumps(asdict(bounds)), str(max_side or 0), str(os.getpid())]
    with subprocess.Popen(
        [sys.executable, "-m", SANDBOX_MAIN, str(path.absolute()), *settings],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=words,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | FEW,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[bytes], seconds: float, meanwhile: Callable[[], None]) -> int:
    """What a process ends with. Raises MediaError where it takes longer."""
    latest = time.monotonic() + seconds
    while (left := latest - time.monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(LOOK_EVERY, left))
        meanwhile()
    if (code := process.poll()) is not None:  # it was `meanwhile` that took so long
        return code
    raise _trouble("slow", f"not done after {seconds:g} s")


def _taken(out: BinaryIO) -> Clip:
    try:
        head = take_head(out)
        if "trouble" not in head:
            return take_clip(out, head)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _trouble("unreadable", f"no clip came back: {error}") from error
    raise _trouble(str(head["trouble"]), head.get("reason"))


def _trouble(kind: str, reason: Any) -> MediaError:
    log.info("a file that was given is %s: %.600r", kind, reason)
    return MediaError(SENTENCES.get(kind, SENTENCES["unreadable"]))
