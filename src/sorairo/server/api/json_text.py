"""Reading JSON from strangers: bounded in nesting and number of values before it is parsed."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.texts import check_texts_of

MAX_DIGITS = 40  # longer integers are read as floating-point numbers, which may be infinite
MAX_FLOAT_LENGTH = 400  # characters; the digits of the largest float are 309
MAX_VALUES = 100_000  # the plan of an import may have 80,000, other legal bodies a few hundred
MAX_DEPTH = 32  # the deepest legal body has 6 levels
_STRUCTURE = (b",", b"[", b"{")
_STRING_OR_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[,\[\]{}]', re.S)


def parse_json(text: bytes, name: str | None = None) -> Any:
    """The value of a JSON text, which came in the field `name` or is the whole body.

    Raises ApiError for what is no JSON, has too many or too deeply nested values, or has one key
    twice; in a field, also for texts that cannot be encoded. Numbers beyond the range of a float
    are infinite.
    """
    what = f"'{name}'" if name else "The body"
    if not _is_bounded(text):
        message = Note(f"{what} has too many values, or they are nested too deeply.", "nested_text")
        raise ApiError(400, message, param=name, code="invalid_json")
    try:
        found = json.loads(text, **_HOOKS)
    except _DuplicateKeyError as error:
        key = str(error)
        message = Note(f"{what} has the key '{key}' twice: send it once.", "key_twice", name=key)
        raise ApiError(400, message, param=key, code="invalid_value") from error
    except (ValueError, RecursionError) as error:
        problem = f"{what} is not valid JSON." if name else "The body is neither JSON nor a form."
        message = Note(problem, "body_not_json")
        raise ApiError(400, message, param=name, code="invalid_json") from error
    if name:
        check_texts_of(found, name)
    return found


class _DuplicateKeyError(Exception):
    """A key that an object has twice."""


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else _float(digits)


def _float(digits: str) -> float:
    return float(digits) if len(digits) <= MAX_FLOAT_LENGTH else math.nan


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _DuplicateKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return found


def _is_bounded(text: bytes) -> bool:
    """Whether a text has at most MAX_VALUES values and MAX_DEPTH levels. What stands in strings,
    such as the text files of an import, does not count."""
    marks = sum(text.count(mark) for mark in _STRUCTURE)
    if marks <= MAX_VALUES and text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return True
    if b"\0" in text:  # UTF-16 or UTF-32, in whose bytes strings cannot be told apart
        return False
    depth = values = strings = 0
    for found in _STRING_OR_MARK.finditer(text):
        match found[0]:
            case b"[" | b"{":
                depth, values = depth + 1, values + 1
            case b"]" | b"}":
                depth -= 1
            case b",":
                values += 1
            case _:
                strings += 1  # a value or the name of one
        if depth > MAX_DEPTH or values > MAX_VALUES or strings > 2 * MAX_VALUES:
            return False
    return True


_HOOKS: dict[str, Any] = {
    "parse_int": _int,
    "parse_float": _float,
    "object_pairs_hook": _unique_keys,
}
