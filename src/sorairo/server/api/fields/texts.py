"""Texts that cannot be stored or encoded: lone surrogates and NUL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError

_INVALID = re.compile("[\x00\ud800-\udfff]")


def check_texts_of(value: Any, name: str) -> None:
    """Raises ApiError if a string in the value, or a key, is not valid text. The error names it by
    its path; an id that is not text is the id of nothing."""
    for path, text in _texts(value, name):
        if _INVALID.search(text):
            if path.endswith(".id"):
                raise ApiError(
                    404,
                    Note(f"There is nothing with this '{path}'.", "no_such", name=path),
                    param=path,
                    code="not_found",
                )
            message = Note(
                f"'{path}' is not valid UTF-8 text: remove its lone surrogates and NULs.",
                "invalid_text",
            )
            raise ApiError(400, message, param=path, code="invalid_value")


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every string in a value, keys included, with its path."""
    pending = [(name, value), (name, name)]
    while pending:
        path, each = pending.pop()
        if isinstance(each, str):
            yield path, each
        elif isinstance(each, Mapping):
            for key, inner in each.items():
                pending.append((f"{path}.{key}", inner))
                pending.append((path, str(key)))
        elif isinstance(each, list):
            pending += [(f"{path}[{index}]", inner) for index, inner in enumerate(each)]
