"""Files that are written completely or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sorairo.errors import NameTakenError, SorairoError, WriteError

_STEM = 40  # characters of the name that its temporary name repeats: 160 bytes at most, of 255
# What libraries say in place of the error of the system: those in Rust (safetensors, tokenizers)
# have its number in their text; NumPy knows only that the file is too short.
_OF_SYSTEM = re.compile(r"\(os error (\d+)\)")
_PART = re.compile(r"\d+ requested and \d+ written")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def whole_file(
    path: str | Path, *, overwrite: bool = True, durable: bool = False
) -> Iterator[Path]:
    """Yield a temporary path beside `path` to write to; rename it to `path` when the block ends.

    On any error, including Ctrl-C, the temporary file is removed and `path` is left as it was. If
    `path` is a symbolic link, the file that it points to is written. An OSError (no such folder, no
    permission, disk full) becomes a WriteError. Without `overwrite`, a file that exists by the end
    of the block is kept, and NameTakenError is raised. With `durable`, the file is on the disk
    before it gets its name: after a power failure it is the old one or the new one, never empty.
    """
    path = Path(path)
    target = Path(os.path.realpath(path)) if overwrite and os.path.islink(path) else path
    stem = target.stem[:_STEM]
    temporary = target.with_name(f".{stem}.{secrets.token_hex(4)}.part{target.suffix[:_STEM]}")
    try:
        with one_sentence(path):
            yield temporary
            if durable:
                _flush(temporary)
            if overwrite:
                os.replace(temporary, target)
            else:
                _rename_to_free(temporary, target)
            if durable and os.name == "posix":  # elsewhere folders cannot be opened
                _flush(target.parent)
    finally:
        with suppress(OSError):  # it is gone, or lies where nothing can be written or removed
            temporary.unlink()


@contextmanager
def one_sentence(path: Path) -> Iterator[None]:
    """Turns an error of the system in the block, which writes `path`, into a WriteError: also one
    that a library has in words of its own."""
    try:
        yield
    except SorairoError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        if _PART.fullmatch(reason):
            reason = "only a part of it could be written, perhaps because the disk is full"
        raise WriteError(f"Cannot write {path}: {reason}.") from error
    except Exception as error:
        found = _OF_SYSTEM.search(str(error))
        if found is None:
            raise
        raise WriteError(f"Cannot write {path}: {os.strerror(int(found[1]))}.") from error


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8, completely or not at all (`whole_file`). Raises WriteError."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _rename_to_free(temporary: Path, path: Path) -> None:
    """Rename a file to a name that no file has. Raises NameTakenError, and OSError."""
    try:
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            os.replace(temporary, path)
    except FileExistsError as error:
        raise NameTakenError(f"{path} exists already: choose another name.") from error
