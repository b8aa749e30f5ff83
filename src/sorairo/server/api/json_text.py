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
MAX_VALUES = 100_000  # a legal body has a few hundred; commas of a long prompt count, too
MAX_DEPTH = 32  # the deepest legal body has 6 levels
_STRUCTURE = (b",", b"[", b"{")
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.S)


def parse_json(text: bytes, name: str | None = None) -> Any:
    """The value of a JSON text, which came in the field `name` or is the whole body.

    Raises ApiError for what is no JSON, has too many or too deeply nested values, or has one key
    twice; in a field, also for texts that cannot be encoded. Numbers beyond the range of a float
    are infinite.
    """
    what = f"'{name}'" if name else "The body"
    if sum(text.count(mark) for mark in _STRUCTURE) > MAX_VALUES or _depth(text) > MAX_DEPTH:
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


def _depth(text: bytes) -> int:
    """How deeply brackets are nested outside of strings; counting stops above MAX_DEPTH."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        mark = found[0]
        if mark in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif mark in (b"]", b"}"):
            depth -= 1
    return deepest


_HOOKS: dict[str, Any] = {
    "parse_int": _int,
    "parse_float": _float,
    "object_pairs_hook": _unique_keys,
}
