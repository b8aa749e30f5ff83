"""What the OpenAPI document says about one route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sorairo.server.api.schemas import BINARY, TEXT, Schema
from sorairo.server.video_object import VARIANTS

POLLING_HINT = {
    "openai-poll-after-ms": {
        "schema": TEXT,
        "description": "For a video that has not ended: milliseconds to wait before polling again.",
    }
}
FILE_HEADERS = {
    "etag": {"schema": TEXT, "description": "Identifies the file, for `If-None-Match`."},
    "last-modified": {"schema": TEXT, "description": "When the video was completed."},
    "accept-ranges": {"schema": TEXT, "description": "Always 'bytes': `Range` is read."},
}
IGNORED_HEADER = {
    "x-ignored-parameters": {
        "schema": TEXT,
        "description": "The names of fields of the request that can do nothing here, if any.",
    }
}
WITHOUT_KEY, WITH_KEY = (403,), (401, 403, 503)  # errors of every route
WITH_BODY = (400, 413)
ON_SUBMISSION = (*WITH_BODY, 404, 429, 507)


@dataclass(frozen=True, kw_only=True)
class RouteDoc:
    """What the document says about one route."""

    responses: Mapping[str, Schema]
    """The successful response, by media type."""
    errors: tuple[int, ...] = ()
    """Error statuses beyond those of every route."""
    body: Schema | None = None
    """The request body."""
    open: bool = False
    """Whether no key is ever required."""
    headers: Mapping[str, Schema] | None = None
    """Headers of the successful response."""
    status: int = 200
    """The status of the successful response."""
    empty: bool = False
    """Whether the response may also be empty, with status 204."""
    partial: bool = False
    """Whether `Range` and `If-None-Match` are read: the status may be 206 or 304."""


def json_doc(name: str) -> dict[str, Schema]:
    """A response that is an object of one of the document's schemas, as JSON."""
    return {"application/json": {"$ref": f"#/components/schemas/{name}"}}


def video_route(body: Schema | None, *errors: int) -> RouteDoc:
    """A route that responds with a Video object."""
    return RouteDoc(responses=json_doc("Video"), body=body, errors=errors, headers=POLLING_HINT)


def file_route(*variants: str) -> RouteDoc:
    """A route that responds with a file of a finished video."""
    return RouteDoc(
        responses={VARIANTS[name][1]: BINARY for name in variants},
        errors=(400, 404, 416),
        headers=FILE_HEADERS,
        partial=True,
    )
