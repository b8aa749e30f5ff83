"""The body of a request, whatever its form: JSON, multipart with or without files, keys in
brackets (`video[id]`, `characters[][id]`)."""

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

MOST_FIELDS, MOST_FILES = 64, 4
MOST_TEXT = 24 * 2**20  # bytes of a field: a picture as a data URL
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Upload:
    """A file that was sent. Its name is only told in messages."""

    name: str
    data: bytes


async def read_body(request: Request) -> dict[str, Any]:
    """The fields of a request: text, numbers, objects, and files as `Upload`. Raises ApiError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await _form(request)
    text = await request.body()
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "The body is neither JSON nor a form.", code="invalid_json") from error
    if not isinstance(found, dict):
        raise ApiError(400, "The body must be a JSON object.", code="invalid_type")
    return found


def too_large(most_bytes: int) -> ApiError:
    return ApiError(
        413,
        f"The request is larger than {most_bytes // 2**20} MB: send a smaller file.",
        code="too_large",
    )


async def _form(request: Request) -> dict[str, Any]:
    limits = {"max_fields": MOST_FIELDS, "max_files": MOST_FILES, "max_part_size": MOST_TEXT}
    try:
        async with request.form(**limits) as form:
            items = [(key, await _value(value)) for key, value in form.multi_items()]
    except MultiPartException as error:
        raise ApiError(400, f"The form cannot be read: {error.message}.") from error
    return nested(items)


async def _value(value: UploadFile | str) -> Upload | str:
    if isinstance(value, str):
        return value
    return Upload(name=value.filename or "upload", data=await value.read())


def nested(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Keys in brackets as objects and lists.

    >>> nested([("video[id]", "v"), ("characters[][id]", "a"), ("characters[][id]", "b")])
    {'video': {'id': 'v'}, 'characters': [{'id': 'a'}, {'id': 'b'}]}
    """
    found: dict[str, Any] = {}
    for key, value in items:
        match = _KEY.fullmatch(key)
        if match is None:
            raise ApiError(400, f"'{key}' is no name of a field.", code="invalid_value")
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(found, path, value, key)
    return found


def _put(into: Any, path: list[str], value: Any, key: str) -> None:
    """Lays a value where its path leads; "" is the next place of a list."""
    name, rest = path[0], path[1:]
    if isinstance(into, list):
        fresh = not into or not rest or not isinstance(into[-1], dict) or rest[0] in into[-1]
        if fresh:
            into.append({} if rest else value)
        if rest:
            _put(into[-1], rest, value, key)
        return
    if not rest:
        into[name] = value
        return
    inner = into.setdefault(name, [] if rest[0] == "" else {})
    if not isinstance(inner, list if rest[0] == "" else dict):
        raise ApiError(400, f"'{key}' does not fit the other fields.", code="invalid_value")
    _put(inner, rest, value, key)
