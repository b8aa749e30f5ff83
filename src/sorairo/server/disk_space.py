"""Free space on the disks of a server or worker, and errors that say that one is full."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine

from sorairo.errors import DiskFullError, SorairoError
from sorairo.jobs.database import file_of, is_full
from sorairo.server.uploads.media_store import DISK_FULL, MediaStore

# What libraries write of such an error into messages of their own; the last ones are Rust's.
_TEXTS = (
    *(os.strerror(number).lower() for number in (errno.ENOSPC, errno.EDQUOT)),
    *(f"(os error {number})" for number in DISK_FULL),
)


def free_bytes(media: MediaStore, database: Engine) -> int | None:
    """The free space where clips, temporary files and an SQLite database are written, on the disk
    that has the least; None if none of them is on a local disk."""
    free = [media.free_bytes()]
    database_file = file_of(database)
    for folder in (tempfile.gettempdir(), database_file and database_file.parent):
        if folder is not None:
            with suppress(OSError):
                free.append(shutil.disk_usage(folder).free)
    return min((each for each in free if each is not None), default=None)


def says_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that a disk is full."""
    return any(
        isinstance(each, DiskFullError)
        or getattr(each, "errno", None) in DISK_FULL
        or is_full(each)
        or _is_without_temporary_folder(each)
        or _text_says_disk_full(each)
        for each in _chain(error)
    )


def _is_without_temporary_folder(error: BaseException) -> bool:
    """Whether `tempfile` found no folder that it can write to, which has the wrong number."""
    return getattr(error, "errno", None) == errno.ENOENT and "usable temporary" in str(error)


def _text_says_disk_full(error: BaseException) -> bool:
    """By the message of a library; our own messages may quote the request."""
    text = "" if isinstance(error, SorairoError) else str(error).lower()
    return any(each in text for each in _TEXTS)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
