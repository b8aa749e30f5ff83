"""Request bodies: JSON, or forms with or without files, with bracketed keys such as `video[id]` or
`characters[][id]`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from sorairo.server.api.errors import ApiError

MAX_FIELDS, MAX_FILES = 64, 4
MAX_FIELD_BYTES = 24 * 2**20  # enough for a picture as a data URL
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Upload:
    """A file that was sent with a request."""

    name: str
    """The client's name of the file, used only in messages."""
    data: bytes
    """The content."""


async def read_body(request: Request) -> dict[str, Any]:
    """The fields of a request: strings, numbers, lists, objects, and files as `Upload`. Raises
    ApiError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in FORMS:
        return await _read_form(request)
    text = await request.body()
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = "The body is neither JSON nor a form."
        raise ApiError(400, message, code="invalid_json") from error
    if not isinstance(found, dict):
        raise ApiError(400, "The body must be a JSON object.", code="invalid_type")
    return found


def too_large(max_bytes: int) -> ApiError:
    """The error for a body of more than `max_bytes`."""
    return ApiError(
        413,
        f"The request is larger than {max_bytes // 2**20} MB: send a smaller file.",
        code="too_large",
    )


async def _read_form(request: Request) -> dict[str, Any]:
    limits = {"max_fields": MAX_FIELDS, "max_files": MAX_FILES, "max_part_size": MAX_FIELD_BYTES}
    try:
        async with request.form(**limits) as form:
            items = [(key, await _value(value)) for key, value in form.multi_items()]
    except MultiPartException as error:
        raise ApiError(400, f"The form cannot be read: {error.message}.") from error
    return parse_bracketed_keys(items)


async def _value(value: UploadFile | str) -> Upload | str:
    if isinstance(value, str):
        return value
    return Upload(name=value.filename or "upload", data=await value.read())


def parse_bracketed_keys(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Turns bracketed keys into objects and lists. Raises ApiError.

    >>> parse_bracketed_keys(
    ...     [("video[id]", "v"), ("characters[][id]", "a"), ("characters[][id]", "b")]
    ... )
    {'video': {'id': 'v'}, 'characters': [{'id': 'a'}, {'id': 'b'}]}
    """
    found: dict[str, Any] = {}
    for key, value in items:
        match = _KEY.fullmatch(key)
        if match is None:
            message = f"'{key}' is not a valid field name."
            raise ApiError(400, message, code="invalid_value")
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _insert(found, path, value, key)
    return found


def _insert(into: Any, path: list[str], value: Any, key: str) -> None:
    """Inserts a value at a path; the name "" means the next element of a list."""
    name, rest = path[0], path[1:]
    if isinstance(into, list):
        # A new object begins where the last one already has the next name.
        fresh = not into or not rest or not isinstance(into[-1], dict) or rest[0] in into[-1]
        if fresh:
            into.append({} if rest else value)
        if rest:
            _insert(into[-1], rest, value, key)
        return
    if not rest:
        into[name] = value
        return
    inner = into.setdefault(name, [] if rest[0] == "" else {})
    if not isinstance(inner, list if rest[0] == "" else dict):
        message = f"'{key}' contradicts the other fields."
        raise ApiError(400, message, code="invalid_value")
    _insert(inner, rest, value, key)
