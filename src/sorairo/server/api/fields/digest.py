"""A digest of the fields of a request, to tell whether a repeated request is the same one."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.uploaded_file import Upload


def digest_of(fields: Fields, subject: str = "") -> str:
    """The SHA-256 of the route, its `subject` (the id in its path) and the fields, in hex. How the
    fields were sent and what they were called does not count."""
    content = [fields.endpoint, subject, _plain(dict(fields.values))]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Upload):
        return {"sha256": hashlib.sha256(value.data).hexdigest()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
