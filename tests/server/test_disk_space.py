"""Errors that say that a disk is full, in the words of several libraries."""

from __future__ import annotations

import errno
import os

import pytest
from safetensors import SafetensorError

from sorairo.errors import DiskFullError, RequestError, WriteError
from sorairo.server.disk_space import says_disk_full


def led_to(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "no space"), True),
        (OSError(errno.EDQUOT, "quota"), True),
        (led_to(WriteError("Cannot write a.mp4."), OSError(errno.ENOSPC, "")), True),
        (led_to(RuntimeError("x"), led_to(ValueError("y"), DiskFullError("z"))), True),
        (SafetensorError(f"I/O error: {os.strerror(errno.ENOSPC)} (os error 28)"), True),
        (SafetensorError("I/O error: Datei zu groß (os error 27)"), True),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"), True),
        (FileNotFoundError(errno.ENOENT, "a.mp4"), False),
        (RequestError("There is no 'No space left on device'."), False),
        (WriteError("Cannot write a.mp4: Permission denied."), False),
        (PermissionError(errno.EACCES, "denied"), False),
        (ZeroDivisionError("division by zero"), False),
    ],
)
def test_errors_are_told_apart(error: Exception, full: bool):
    assert says_disk_full(error) == full
