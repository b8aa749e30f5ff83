"""The fields of uploaded files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.notes import Note
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Choice, Schema, invalid_value, to_number
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.uploaded_file import Upload

BATCH = "batch"
PURPOSES = ("vision", "user_data", BATCH)
MIN_EXPIRY, MAX_EXPIRY = 3600, 30 * 86_400  # seconds


@dataclass(frozen=True)
class AnyFile:
    """A file of a multipart form."""

    def parse(self, value: Any, name: str) -> Upload:
        """The file. Raises ApiError."""
        if not isinstance(value, Upload):
            raise invalid_type(name, "a file", value)
        return value

    def schema(self) -> Schema:
        return {"type": "string", "format": "binary"}


@dataclass(frozen=True)
class Expiry:
    """When a file expires: an object with `anchor`, always "created_at", and `seconds`."""

    def parse(self, value: Any, name: str) -> float:
        """The number of seconds. Raises ApiError."""
        if isinstance(value, str):
            value = parse_json(value.encode("utf-8", "surrogatepass"), name)
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        for key in value:
            if key not in ("anchor", "seconds"):
                path = f"{name}.{str(key)[:80]}"
                message = Note(f"Unknown parameter: '{path}'.", "unknown_parameter", name=path)
                raise invalid_value(path, message, "unknown_parameter")
        if value.get("anchor", "created_at") != "created_at":
            path = f"{name}.anchor"
            text = f"'{path}' must be \"created_at\"."
            message = Note(text, "not_a_choice", name=path, known="created_at")
            raise invalid_value(path, message)
        seconds = to_number(value.get("seconds"), f"{name}.seconds", "86400")
        if not MIN_EXPIRY <= seconds <= MAX_EXPIRY:
            path = f"{name}.seconds"
            text = f"'{path}' must be from {MIN_EXPIRY} to {MAX_EXPIRY}."
            bounds = {"least": MIN_EXPIRY, "most": MAX_EXPIRY}
            message = Note(text, "out_of_range", name=path, value=seconds, **bounds)
            raise invalid_value(path, message)
        return float(seconds)

    def schema(self) -> Schema:
        seconds = {"type": "integer", "minimum": MIN_EXPIRY, "maximum": MAX_EXPIRY}
        properties = {
            "anchor": {"type": "string", "const": "created_at", "description": "From when."},
            "seconds": {**seconds, "description": "After how many seconds."},
        }
        return {"type": "object", "properties": properties, "required": ["seconds"]}


FILE = frozenset({Endpoint.FILE})
FILE_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="file",
        type=AnyFile(),
        description="A picture, a video, or for batches a text file with JSON lines.",
        endpoints=FILE,
        required_by=FILE,
        file=True,
    ),
    RequestField(
        name="purpose",
        type=Choice(PURPOSES),
        description="`vision` or `user_data` for pictures and videos, `batch` for batches.",
        endpoints=FILE,
        required_by=FILE,
    ),
    RequestField(
        name="expires_after",
        type=Expiry(),
        description="When the file is deleted. Default: with `--keep-hours` after as long, else"
        " never.",
        endpoints=FILE,
    ),
)
