"""Tags of jobs: words under which their owner sorts them, in one column of the table `jobs`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement

from sorairo.errors import RequestError
from sorairo.jobs.schema import jobs
from sorairo.notes import Note

MAX_TAGS, MAX_LENGTH = 32, 64  # of a job; characters of a tag
_SPACES = re.compile(r"\s+")


def normalized(tag: str) -> str:
    """A tag as it is stored: in lower case, composed (Unicode NFC), with single spaces. Raises
    RequestError."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", tag)).strip().lower()
    if not text or len(text) > MAX_LENGTH or not text.isprintable():
        raise RequestError(
            Note(
                f"A tag has 1 to {MAX_LENGTH} letters, digits, spaces or signs.",
                "tag_length",
                most=MAX_LENGTH,
            )
        )
    return text


def checked(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are stored, sorted, each once. Raises RequestError."""
    found = tuple(sorted(set(map(normalized, tags))))
    if len(found) > MAX_TAGS:
        raise RequestError(
            Note(
                f"A video has at most {MAX_TAGS} tags, not {len(found)}.",
                "tag_count",
                most=MAX_TAGS,
                tags=len(found),
            )
        )
    return found


def to_column(tags: Iterable[str]) -> str:
    """Normalized tags in the column `jobs.tags`: one a line, with a line break before and after
    each, so that one tag is found as a part of the text."""
    lines = "\n".join(tags)
    return f"\n{lines}\n" if lines else ""


def from_column(column: str) -> tuple[str, ...]:
    """The tags in a column."""
    return tuple(column.strip("\n").split("\n")) if column else ()


def has_tag(tag: str) -> ColumnElement[bool]:
    """Whether a job has a normalized tag."""
    return jobs.c.tags.contains(f"\n{tag}\n", autoescape=True)
