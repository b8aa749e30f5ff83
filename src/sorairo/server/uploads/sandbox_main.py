"""The process that reads one uploaded file, started by `sandbox` with one argument, the task as
JSON. It does not load torch.

It writes the clip, or what is to be known of it, to its standard output. If there is none, it
writes a header with `error`, a key of `sandbox.ERROR_MESSAGES`, and `reason`, for the log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from sorairo.errors import TooLargeError
from sorairo.server.uploads.clip_ipc import EXIT_NO_SPACE, MAX_HEADER, write_clip, write_header
from sorairo.server.uploads.confinement import confine, python_folders
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.server.uploads.upload_reader import CodecError, inspect_upload, read_upload
from sorairo.video.footage import Footage

POLL_INTERVAL = 0.5  # seconds


def main() -> None:
    """Does the task of the command line, within its limits."""
    task = json.loads(sys.argv[1])
    clip_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps what libraries print out of the clip
    allowed = ResourceLimits(**task["limits"])
    confine([*python_folders(), Path(task["path"])])
    threading.Thread(target=_exit_with, args=(task["parent"],), daemon=True).start()
    allowed.apply()
    try:
        with clip_out:
            _run(clip_out, task, allowed)
    except OSError:  # from writing: errors of reading are reported
        sys.exit(EXIT_NO_SPACE)


def _exit_with(parent: int) -> None:
    """Ends this process when its parent has ended."""
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL)
    os._exit(1)


def _run(out: BinaryIO, task: dict[str, Any], allowed: ResourceLimits) -> None:
    path, clip, info = Path(task["path"]), None, None
    try:
        if task["read"] != "clip":
            info = asdict(inspect_upload(path, allowed))
        if task["read"] != "info":
            clip = read_upload(path, allowed, task["max_side"], task["seconds"])
            _check_output_size(clip, allowed)
    except MemoryError as error:
        kind, reason = "memory", error
    except TooLargeError as error:
        kind, reason = "too_large", error
    except CodecError as error:
        kind, reason = "codec", error
    except Exception as error:  # broken files make decoders raise anything
        kind, reason = "unreadable", error
    else:
        if clip is not None:
            write_clip(out, clip, info)
        else:
            write_header(out, info or {})
        return
    write_header(out, {"error": kind, "reason": f"{type(reason).__name__}: {reason}"[:500]})


def _check_output_size(clip: Footage, allowed: ResourceLimits) -> None:
    sound = clip.sound.samples.nbytes if clip.sound else 0
    if clip.frames.nbytes + sound + MAX_HEADER > allowed.written:
        raise TooLargeError(f"{clip.frames.nbytes} bytes of frames, {sound} of sound")


if __name__ == "__main__":
    main()
