"""Conditional and range requests for files that never change (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_RANGE = re.compile(r"bytes\s*=\s*(?:([0-9]+)\s*-\s*([0-9]*)|-\s*([0-9]+))\s*", re.IGNORECASE)
MAX_DIGITS = 18  # of a position; longer numbers are beyond every file


class UnsatisfiableRangeError(ValueError):
    """The requested range lies behind the end of the file."""


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What identifies a version of a file."""

    etag: str
    """A strong entity tag, with its quotation marks."""
    modified_at: float
    """Seconds since 1970."""

    @property
    def last_modified(self) -> str:
        """The time of the last change as an HTTP date."""
        return format_datetime(datetime.fromtimestamp(int(self.modified_at), UTC), usegmt=True)

    def is_unchanged(self, headers: Mapping[str, str]) -> bool:
        """Whether the client already has the file: the status is then 304."""
        tags = headers.get("if-none-match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return tags.strip() == "*" or self.etag in known
        since = _time_of(headers.get("if-modified-since", ""))
        return since is not None and int(self.modified_at) <= since

    def range_of(self, headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
        """Start and end of the requested part of a file of `size` bytes; None for the whole file:
        without a valid `Range`, for several ranges at once, or if `If-Range` names another version.

        Raises UnsatisfiableRangeError.
        """
        condition = headers.get("if-range")
        if condition is not None and condition.strip() not in (self.etag, self.last_modified):
            return None
        return parse_range(headers.get("range", ""), size)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of a single range of bytes; None if the header is to be ignored.

    Several ranges in one request may be answered with the whole file, which takes no work that
    grows with the header. Raises UnsatisfiableRangeError.

    >>> parse_range("bytes=0-99", 1000), parse_range("bytes=-1", 1000), parse_range("bytes=2-1", 9)
    ((0, 100), (999, 1000), None)
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    first, last, suffix = (_number(digits) for digits in found.groups())
    if suffix is not None:
        first, last = max(0, size - suffix), None
        if suffix == 0:
            raise UnsatisfiableRangeError(header)
    if first is None or (last is not None and last < first):
        return None
    if first >= size:
        raise UnsatisfiableRangeError(header)
    return first, size if last is None else min(last + 1, size)


def _number(digits: str | None) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= MAX_DIGITS else 10**MAX_DIGITS


def _time_of(date: str) -> float | None:
    """The time of an HTTP date; None if it is not valid."""
    try:
        return parsedate_to_datetime(date[:64]).replace(tzinfo=UTC).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
