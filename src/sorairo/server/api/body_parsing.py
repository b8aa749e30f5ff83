"""Request bodies: JSON, or forms with or without files, with bracketed keys such as `video[id]` or
`characters[][id]`. Bodies are bounded before they are read, and parsed in a thread."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.references import MAX_DATA_URL_LENGTH
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.uploaded_file import Upload

MAX_FIELDS, MAX_FILES, MAX_FILES_ON_DISK = 64, 4, 101
MAX_IMPORT_BYTES = 4 * 2**30  # of a file that goes to the disk
MAX_FIELD_BYTES = 24 * 2**20  # enough for a picture as a data URL
# A body without files: the largest data URL (clients escape its slashes), and 2 MB for the rest.
MAX_JSON_BYTES = MAX_DATA_URL_LENGTH + 2 * 2**20
MAX_URLENCODED_BYTES = MAX_JSON_BYTES * 5 // 4  # + / = take three bytes each
MAX_ESCAPES = 1_000_000  # of an urlencoded body; the largest data URL has some 700,000
PIECE = 2**16  # bytes of an urlencoded body that are read at once
MAX_KEY_LENGTH, MAX_KEY_PARTS = 200, 5
MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


async def read_body(request: Request, folder: Path | None = None) -> dict[str, Any]:
    """The fields of a request: strings, numbers, lists, objects, and files as `Upload`. With a
    `folder`, files go there and not into memory. Raises ApiError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == MULTIPART:
        return await _read_multipart(request, folder)
    is_form = media_type == URLENCODED
    text = await _read_bounded(request, MAX_URLENCODED_BYTES if is_form else MAX_JSON_BYTES)
    if is_form and not text.lstrip().startswith(b"{"):  # curl sends JSON as a form by default
        return await run_in_threadpool(_parse_urlencoded, text)
    return await run_in_threadpool(_parse_json_object, text)


def too_large(max_bytes: int, advice: str = "send a smaller file") -> ApiError:
    """The error for a body of more than `max_bytes`."""
    message = Note(
        f"The request is larger than {max_bytes // 2**20} MB: {advice}.",
        "request_too_large",
        most=max_bytes // 2**20,
    )
    return ApiError(413, message, code="too_large")


async def _read_bounded(request: Request, max_bytes: int) -> bytes:
    """The body of a request without files. Raises ApiError as soon as it is too large."""
    error = too_large(max_bytes, "send files in a multipart form")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > max_bytes):
        raise error
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise error
        parts.append(part)
    return b"".join(parts)


def _parse_json_object(text: bytes) -> dict[str, Any]:
    if not text.strip():
        return {}
    found = parse_json(text)
    if not isinstance(found, dict):
        message = Note("The body must be a JSON object.", "not_an_object")
        raise ApiError(400, message, code="invalid_type")
    return found


def _parse_urlencoded(text: bytes) -> dict[str, Any]:
    if text.count(b"%") + text.count(b"+") > MAX_ESCAPES or text.count(b"&") >= MAX_FIELDS:
        message = Note(
            f"The form has too many fields or escapes: send at most {MAX_FIELDS} fields.",
            "form_too_large",
            most=MAX_FIELDS,
        )
        raise ApiError(400, message, code="invalid_form")
    pairs = (field.partition(b"=") for field in text.split(b"&") if field)
    return parse_bracketed_keys([(unescaped(name), unescaped(value)) for name, _, value in pairs])


def unescaped(text: bytes) -> str:
    """A name or value of a form without its escapes. What is not UTF-8 becomes lone surrogates,
    which no field accepts.

    It is read in pieces: to join the parts of a data URL at once would keep all other threads
    waiting for a tenth of a second.
    """
    text, pieces, begin = text.replace(b"+", b" "), [], 0
    while begin < len(text):
        end = begin + PIECE
        escape = text.rfind(b"%", end - 2, end)  # which the end would cut
        end = end if escape < 0 else escape
        pieces.append(unquote_to_bytes(text[begin:end]))
        begin = end
    return b"".join(pieces).decode("utf-8", "surrogateescape")


async def _read_multipart(request: Request, folder: Path | None) -> dict[str, Any]:
    files = MAX_FILES if folder is None else MAX_FILES_ON_DISK
    limits = {"max_fields": MAX_FIELDS, "max_files": files, "max_part_size": MAX_FIELD_BYTES}
    try:
        async with request.form(**limits) as form:
            items = [(key, await _value(value, folder)) for key, value in form.multi_items()]
    except MultiPartException as error:
        message = Note(f"The form cannot be read: {error.message.rstrip('.')}.", "form_unreadable")
        raise ApiError(400, message, code="invalid_form") from error
    except ValueError as error:  # a charset that Python knows and that cannot decode text
        message = Note("The form cannot be read in its charset: send it in UTF-8.", "form_charset")
        raise ApiError(400, message, code="invalid_form") from error
    return await run_in_threadpool(parse_bracketed_keys, items)


async def _value(value: UploadFile | str, folder: Path | None) -> Upload | str:
    if isinstance(value, str):
        return value
    if folder is not None:
        path = folder / secrets.token_hex(8)
        await run_in_threadpool(_write, value, path)
        return Upload(name=value.filename or "", data=b"", path=path)
    return Upload(name=value.filename or "", data=await value.read())


def _write(file: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)


def parse_bracketed_keys(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Turns bracketed keys into objects and lists; a key that is repeated gives a list. Raises
    ApiError.

    >>> parse_bracketed_keys(
    ...     [("video[id]", "v"), ("characters[][id]", "a"), ("characters[][id]", "b")]
    ... )
    {'video': {'id': 'v'}, 'characters': [{'id': 'a'}, {'id': 'b'}]}
    """
    found: dict[str, Any] = {}
    for key, value in items:
        parts = key.count("[") + 1
        match = _KEY.fullmatch(key) if len(key) <= MAX_KEY_LENGTH else None
        if match is None or parts > MAX_KEY_PARTS:
            text = f"'{key[:80]}' is not a valid field name."
            message = Note(text, "unknown_parameter", name=key[:80])
            raise ApiError(400, message, param=key[:80], code="invalid_value")
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
        into[name] = _with_repetition(into[name], value, key) if name in into else value
        return
    inner = into.setdefault(name, [] if rest[0] == "" else {})
    if not isinstance(inner, list if rest[0] == "" else dict):
        raise _contradiction(key)
    _insert(inner, rest, value, key)


def _with_repetition(before: Any, value: Any, key: str) -> list[Any]:
    if isinstance(before, dict):
        raise _contradiction(key)
    return [*before, value] if isinstance(before, list) else [before, value]


def _contradiction(key: str) -> ApiError:
    text = f"'{key[:80]}' contradicts the other fields."
    message = Note(text, "contradicts_others", name=key[:80])
    return ApiError(400, message, param=key[:80], code="invalid_value")
