"""A folder of films and pictures with captions.

Captions are in a text file beside each film (`cat.txt` for `cat.mp4`), one wording a line; or in
`metadata.jsonl` or `metadata.csv` in the folder, with a column `file_name` and one of `text`,
`caption` or `prompt`, as in Hugging Face's `videofolder`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sorairo.errors import ConfigError

FILMS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".gif")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
TABLES = ("metadata.jsonl", "metadata.csv")
FILE, TEXTS = "file_name", ("text", "caption", "prompt")


@dataclass(frozen=True, kw_only=True)
class Film:
    """A file and what it shows."""

    path: Path
    captions: tuple[str, ...]
    """Wordings of the caption, at least one; "": there is no text."""


@cache
def films_in(folder: str) -> tuple[Film, ...]:
    """The films and pictures in a folder and below, by path. Raises ConfigError where there are
    none, where one has no caption, and for captions that cannot be read."""
    top = Path(folder)
    if not top.is_dir():
        raise ConfigError(f"There is no folder {folder}: name one with films and their captions.")
    listed = _listed(top)
    paths = sorted(
        path
        for path in top.rglob("*")
        if path.suffix.lower() in (*FILMS, *PICTURES) and not path.name.startswith(".")
    )
    missing = sorted(listed.keys() - set(paths))
    if missing:
        raise ConfigError(f"There is no film or picture {missing[0]}, which the table names.")
    if not paths:
        raise ConfigError(f"There are no films or pictures in {folder}.")
    films = [Film(path=path, captions=listed.get(path) or _beside(path)) for path in paths]
    silent = [film.path for film in films if not film.captions]
    if silent:
        raise ConfigError(
            f"{len(silent)} of {len(films)} films and pictures have no caption: write what"
            f" {silent[0].name} shows to {silent[0].with_suffix('.txt')}, one wording a line, and"
            " likewise for the others. An empty file means that there is no text."
        )
    return tuple(films)


def fingerprint(folder: str) -> str:
    """Changes with the files of a folder, their times, and their captions."""
    found = hashlib.sha256()
    for film in films_in(folder):
        state = film.path.stat()
        name = film.path.relative_to(folder).as_posix()
        found.update(repr((name, state.st_size, state.st_mtime_ns, film.captions)).encode())
    return found.hexdigest()[:16]


def _beside(path: Path) -> tuple[str, ...]:
    """The captions in the text file beside a film; none: there is no such file."""
    file = path.with_suffix(".txt")
    if not file.is_file():
        return ()
    return tuple(filter(None, map(str.strip, _text(file).splitlines()))) or ("",)


def _listed(top: Path) -> dict[Path, tuple[str, ...]]:
    """The captions in the tables of a folder, by file."""
    found: dict[Path, tuple[str, ...]] = {}
    for name in TABLES:
        file = top / name
        if file.is_file():
            for number, row in _rows(file):
                text = next((row[key] for key in TEXTS if isinstance(row.get(key), str)), None)
                if not isinstance(row.get(FILE), str) or text is None:
                    raise ConfigError(
                        f"Row {number} of {file} needs '{FILE}' and one of {', '.join(TEXTS)}."
                    )
                path = top / row[FILE]
                found[path] = (*found.get(path, ()), " ".join(text.split()))
    return found


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a table, numbered from 1."""
    lines = _text(file).splitlines()
    if file.suffix == ".csv":
        yield from enumerate(csv.DictReader(lines), 1)
        return
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ConfigError(f"Line {number} of {file} is not JSON ({error}).") from error
            yield number, row if isinstance(row, dict) else {}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: save it as UTF-8.") from error
