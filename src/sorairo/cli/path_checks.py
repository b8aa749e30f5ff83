"""Checks of the paths that results are written to. Each tries what it checks."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sorairo.errors import MediaError

CLIP_SUFFIXES = (".mp4", ".gif", ".png")
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_WINDOWS_CHARACTERS = re.compile(r'[<>:"|?*\x00-\x1f]')
_WINDOWS_NAMES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)


def check_suffix(path: Path) -> None:
    """Raises MediaError for a file name whose suffix is no format that can be written."""
    if str(path) == "-":
        raise MediaError("Results are not written to stdout: name a file that ends in .mp4.")
    if path.suffix.lower() not in CLIP_SUFFIXES and not os.path.isdir(path):
        raise MediaError(f"Cannot write {path}: end its name in .mp4, .gif or .png (one frame).")


def check_writable(path: Path) -> None:
    """Raises MediaError if no file of that name can be written; tries it, and leaves no file."""
    if os.name == "nt" and not valid_on_windows(path.name):
        raise MediaError(f"Windows allows no file {path.name}: choose another name.")
    try:
        _check_folder(path)
        if os.path.lexists(path):
            _check_existing(path)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            path.unlink()
    except UnicodeEncodeError as error:
        raise MediaError(
            f"{str(path)!a} cannot be a file name here: choose one in ASCII, or set a locale"
            " of UTF-8."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise MediaError(f"Cannot write {_short(path)}: {reason}; choose another place.") from error


def check_inputs_kept(paths: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raises MediaError for an output that is also an input, under whatever name."""
    inputs = list(inputs)
    for path in paths:
        for given in inputs:
            with suppress(OSError):  # one of them does not exist
                if os.path.samefile(path, given):
                    raise MediaError(
                        f"{path} is an input of this command and would be overwritten: choose"
                        " another name with -o."
                    )


def make_folder(path: Path) -> None:
    """Make a folder where there is none. Raises MediaError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise MediaError(f"{path} is a file, not a folder: choose another place.") from None
    except OSError as error:
        raise MediaError(f"Cannot make the folder {_short(path)}: {error.strerror}.") from error


def valid_on_windows(name: str) -> bool:
    """Whether Windows allows a file of that name."""
    return not (
        _WINDOWS_CHARACTERS.search(name)
        or _WINDOWS_NAMES.fullmatch(name)
        or name.endswith((" ", "."))
    )


def _check_folder(path: Path) -> None:
    if path.is_dir():
        example = path / "clip.mp4"
        raise MediaError(f"{path} is a folder: name a file in it, for example {example}.")
    folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
    if not folder.exists():
        raise MediaError(f"There is no folder {_short(folder)}: create it first.")
    if not folder.is_dir():
        raise MediaError(f"{folder} is a file, not a folder: choose another place.")
    with tempfile.TemporaryFile(dir=folder):
        pass


def _check_existing(path: Path) -> None:
    """An existing file is overwritten; a symbolic link stays, and its target is overwritten."""
    if not path.exists():  # a symbolic link to nothing
        target = Path(os.path.realpath(path))
        if target.is_symlink():
            raise MediaError(f"{path} is a symbolic link to itself: choose another name.")
        check_writable(target)
    elif not path.is_file():
        raise MediaError(f"{path} is not a regular file: choose another name.")
    else:
        os.close(os.open(path, os.O_WRONLY))


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 80 else f"{text[:40]}...{text[-20:]}"
