"""The fields of requests that change what the library notes about videos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.jobs.library.tags import MAX_LENGTH, MAX_TAGS, checked
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.compound import MAX_ID_LENGTH, elements_of
from sorairo.server.api.fields.content_fields import MAX_PROMPT_LENGTH
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Flag, Schema, Seed, Text, invalid_value
from sorairo.server.api.library.boards.field import BoardText

MAX_IDS = 1000  # of one request


@dataclass(frozen=True)
class VideoIds:
    """The ids of videos."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The ids, each once. Raises ApiError."""
        found = elements_of(value, name, MAX_IDS)
        if not found:
            raise invalid_value(name, f"'{name}' is empty: name at least one video.")
        text = Text(max_length=MAX_ID_LENGTH, strict=True)
        parsed = (text.parse(each, f"{name}[{index}]") for index, each in enumerate(found))
        return tuple(dict.fromkeys(parsed))

    def schema(self) -> Schema:
        items = {"type": "string", "maxLength": MAX_ID_LENGTH}
        return {"type": "array", "items": items, "minItems": 1, "maxItems": MAX_IDS}


@dataclass(frozen=True)
class Tags:
    """Tags: a list, or one text."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The tags as they are stored. Raises ApiError."""
        found = elements_of(value, name, MAX_IDS) if value else []
        for index, each in enumerate(found):
            if not isinstance(each, str):
                raise invalid_type(f"{name}[{index}]", "a string", each)
        try:
            return checked(found)
        except RequestError as error:
            raise invalid_value(name, f"'{name}': {error}") from error

    def schema(self) -> Schema:
        items = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}
        return {"type": "array", "items": items, "maxItems": MAX_TAGS}


READING = frozenset({Endpoint.READING})
LABELS = frozenset({Endpoint.LABELS})
ON_MANY = LABELS | {Endpoint.TRASH, Endpoint.RESTORE}
LIBRARY_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH, strict=True),
        description="The prompt to read.",
        endpoints=READING,
        required_by=READING,
        keeps_blank=True,
    ),
    RequestField(
        name="seed",
        type=Seed(),
        description="The seed that decides what the prompt leaves open. Default: 0.",
        endpoints=READING,
    ),
    RequestField(
        name="model",
        type=Text(max_length=128),
        description="A name from `GET /v1/models`. Default: the served model.",
        endpoints=READING,
    ),
    RequestField(
        name="toml",
        type=BoardText(),
        description="The text of the file.",
        endpoints=frozenset({Endpoint.BOARD_READING}),
        required_by=frozenset({Endpoint.BOARD_READING}),
    ),
    RequestField(
        name="ids",
        type=VideoIds(),
        description=f"The ids of the videos, up to {MAX_IDS}: all are changed, or none.",
        endpoints=ON_MANY,
        required_by=ON_MANY,
        aliases=("id", "video_id", "video_ids"),
    ),
    RequestField(
        name="favourite",
        type=Flag(),
        description="Whether the videos are marked.",
        endpoints=LABELS | {Endpoint.IMPORT},
        aliases=("favorite",),
    ),
    RequestField(
        name="tags",
        type=Tags(),
        description=f"All tags of the videos, up to {MAX_TAGS}, each of up to {MAX_LENGTH}"
        " characters; upper case is made lower case. An empty list removes all.",
        endpoints=LABELS | {Endpoint.IMPORT},
    ),
    RequestField(
        name="add_tags",
        type=Tags(),
        description="Tags that the videos get beside those that they have.",
        endpoints=LABELS,
    ),
    RequestField(
        name="remove_tags",
        type=Tags(),
        description="Tags that the videos lose.",
        endpoints=LABELS,
    ),
)
