"""Results on stdout, messages on stderr."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
import sys
from contextlib import suppress
from typing import Any

import click

from sorairo.errors import WriteError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a file name may hold them
ESCAPES = "sorairo.escape"  # name of the error handler of both streams


def say(sentence: str) -> None:
    """Print a message to stderr, unless the command is to be quiet. Errors are printed after the
    command has ended, and always."""
    if is_quiet():
        return
    safe = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", sentence)
    with suppress(OSError):  # a full disk, or nobody who reads: the result matters more
        click.echo(safe, err=True)


def is_quiet() -> bool:
    """Whether the command that runs has the option --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.params.get("quiet"))


def show(text: str) -> None:
    """Print a result to stdout. Raises WriteError if that fails, BrokenPipeError if nobody reads
    it."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WriteError(f"Cannot write to stdout: {error.strerror or error}.") from error


def show_json(value: Any) -> None:
    """Print a value as one line of JSON to stdout, with escapes where its encoding needs them."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    show(text)


def prepare_streams() -> None:
    """Make stdin, stdout and stderr usable, whatever they are: closed ones are opened to the null
    device, so that no file of ours gets their number, and letters that their encoding lacks are
    written as escapes."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115
    codecs.register_error(ESCAPES, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPES)


def abandon_streams() -> None:
    """Drop what stdout and stderr have not written, so that the interpreter does not try again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_stream_error(error: OSError) -> bool:
    """Whether an error is one of writing to a stream, not to a file that has a name."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EBADF)
    return error.filename is None and error.errno in full


def is_refused(error: OSError) -> bool:
    """Whether the system refuses the use of a file that has a name, for a reason that says all."""
    reasons = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG)
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
    return error.filename is not None and error.errno in (*reasons, *full)


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes of a file name as they are, other letters as a backslash and a number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    if "\udc80" <= letter <= "\udcff":
        return bytes([ord(letter) - 0xDC00]), error.start + 1
    return letter.encode("ascii", "backslashreplace").decode("ascii"), error.start + 1
