"""The fields of batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Choice, Schema, Text, invalid_value
from sorairo.server.api.json_text import parse_json

MAX_PAIRS, MAX_KEY, MAX_VALUE = 16, 64, 512


@dataclass(frozen=True)
class Metadata:
    """Texts by name, which are kept for the client."""

    def parse(self, value: Any, name: str) -> dict[str, str]:
        """The texts. Raises ApiError."""
        if isinstance(value, str):
            value = parse_json(value.encode("utf-8", "surrogatepass"), name)
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        for key, each in value.items():
            if not isinstance(each, str):
                raise invalid_type(f"{name}.{str(key)[:MAX_KEY]}", "a string", each)
            if len(key) > MAX_KEY or len(each) > MAX_VALUE:
                message = f"'{name}' has keys of at most {MAX_KEY} and values of at most"
                raise invalid_value(name, f"{message} {MAX_VALUE} characters.")
        if len(value) > MAX_PAIRS:
            raise invalid_value(name, f"'{name}' has at most {MAX_PAIRS} entries.")
        return dict(value)

    def schema(self) -> Schema:
        texts = {"type": "string", "maxLength": MAX_VALUE}
        return {"type": "object", "additionalProperties": texts, "maxProperties": MAX_PAIRS}


BATCHES = frozenset({Endpoint.BATCH})
BATCH_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="input_file_id",
        type=Text(max_length=200, strict=True),
        description="The id of a file with the purpose `batch`.",
        endpoints=BATCHES,
        required_by=BATCHES,
    ),
    RequestField(
        name="endpoint",
        type=Choice(("/v1/videos",)),
        description="What the requests are for.",
        endpoints=BATCHES,
        required_by=BATCHES,
    ),
    RequestField(
        name="completion_window",
        type=Choice(("24h",)),
        description="Accepted for OpenAI's clients; a batch has no deadline here.",
        endpoints=BATCHES,
    ),
    RequestField(
        name="metadata",
        type=Metadata(),
        description="Up to 16 texts that are kept with the batch.",
        endpoints=BATCHES,
    ),
)
