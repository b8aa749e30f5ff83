"""The fields of requests for pictures that requests for videos do not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sorairo.generation.requests.limits import Limits, check_size
from sorairo.server.api.fields.references import Picture
from sorairo.server.api.fields.request_field import IMAGING, Endpoint, RequestField
from sorairo.server.api.fields.scalars import Choice, Number, Schema, Size

URL, B64_JSON = "url", "b64_json"
MAX_IMAGES = 10  # of one request


@dataclass(frozen=True)
class SizeOrAuto:
    """Width and height in pixels, or "auto"."""

    def parse(self, value: Any, name: str) -> tuple[int, int] | None:
        """(width, height); None for "auto". Raises ApiError."""
        if isinstance(value, str) and value.strip().lower() == "auto":
            return None
        return Size().parse(value, name)

    def schema(self) -> Schema:
        return {"type": "string"}


def _check_size(size: tuple[int, int] | None, limits: Limits) -> None:
    if size is not None:
        check_size(*size, limits)


IMAGE_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="image",
        type=Picture(),
        description="The picture to change: a file, a data URL, or an object with `file_id`.",
        endpoints=frozenset({Endpoint.IMAGE_EDIT}),
        required_by=frozenset({Endpoint.IMAGE_EDIT}),
        aliases=("images", "input_image"),
        file=True,
    ),
    RequestField(
        name="n",
        type=Number(low=1, high=MAX_IMAGES, whole=True),
        description="How many pictures to create, with consecutive seeds. Default: 1.",
        endpoints=IMAGING,
    ),
    RequestField(
        name="size",
        type=SizeOrAuto(),
        description="WIDTHxHEIGHT. Default, and with `auto`: 512x512; for an edit, the picture's.",
        endpoints=IMAGING,
        check=_check_size,
    ),
    RequestField(
        name="response_format",
        type=Choice((URL, B64_JSON)),
        description="`b64_json` responds with PNG files, `url` with their addresses. Default:"
        " `b64_json`, for `dall-e` models `url`.",
        endpoints=IMAGING,
    ),
)
