"""The fields of requests that import clips and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.compound import elements_of
from sorairo.server.api.fields.content_fields import MAX_PROMPT_LENGTH
from sorairo.server.api.fields.file_fields import AnyFile
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Number, Schema, Seed, Text, invalid_value

MAX_PATH, MAX_PATHS = 1000, 20_000  # characters of a path; paths of an archive


@dataclass(frozen=True)
class Paths:
    """Names of files within an archive."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The names. Raises ApiError."""
        text, found = Text(max_length=MAX_PATH), elements_of(value, name, MAX_PATHS)
        return tuple(text.parse(each, f"{name}[{index}]") for index, each in enumerate(found))

    def schema(self) -> Schema:
        items = {"type": "string", "maxLength": MAX_PATH}
        return {"type": "array", "items": items, "maxItems": MAX_PATHS}


@dataclass(frozen=True)
class SidecarTexts:
    """The contents of text files by their names within an archive."""

    def parse(self, value: Any, name: str) -> dict[str, str]:
        """The texts. Raises ApiError."""
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        for key, text in value.items():
            if not isinstance(text, str):
                raise invalid_type(f"{name}.{str(key)[:80]}", "a string", text)
            if not 0 < len(str(key)) <= MAX_PATH:
                raise invalid_value(
                    name, f"'{name}' has a path of more than {MAX_PATH} characters."
                )
        if len(value) > MAX_PATHS:
            raise invalid_value(name, f"'{name}' has more than {MAX_PATHS} entries.")
        return {str(key): text for key, text in value.items()}

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": {"type": "string"}}


PLAN, IMPORT = frozenset({Endpoint.IMPORT_PLAN}), frozenset({Endpoint.IMPORT})
IMPORT_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="media",
        type=Paths(),
        description="The paths of the clips and pictures of the archive.",
        endpoints=PLAN,
        required_by=PLAN,
    ),
    RequestField(
        name="sidecars",
        type=SidecarTexts(),
        description="The contents of its JSON, CSV and text files, by their paths.",
        endpoints=PLAN,
    ),
    RequestField(
        name="video",
        type=AnyFile(),
        description="The clip or picture: mp4, mov, webm, mkv, PNG, JPEG or WebP.",
        endpoints=IMPORT,
        required_by=IMPORT,
        aliases=("file", "image"),
        file=True,
    ),
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH),
        description="The prompt that it was made from.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="seed",
        type=Seed(),
        description="The seed that it was made with.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="model",
        type=Text(max_length=128),
        description="The model that made it.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="created_at",
        type=Number(low=0, high=1e11, example="1760000000"),
        description="When it was made, in seconds since 1970. Default: now.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="path",
        type=Text(max_length=MAX_PATH),
        description="Its path within the archive, which is kept with it.",
        endpoints=IMPORT,
    ),
)
