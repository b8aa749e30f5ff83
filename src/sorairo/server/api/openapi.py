"""The OpenAPI document: the bodies, responses and errors of every route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from sorairo.server.api.dialects.schemas import DIALECT_SCHEMAS
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.files import JSON_LINES
from sorairo.server.api.metrics import CONTENT_TYPE as METRICS_TYPE
from sorairo.server.api.schemas import BINARY, EVENT, SCHEMAS, TEXT, Schema, request_body
from sorairo.server.api.stored_schemas import STORED_SCHEMAS
from sorairo.server.video_object import PREVIEW, VARIANTS

# Errors that need more explanation than the name of their status.
ERROR_DESCRIPTIONS = {
    400: "The request is not valid; the message says what to change.",
    401: "A key is required, or the key is not valid.",
    403: "The host name or origin is not allowed, or the request exceeds the daily quota of the"
    " key.",
    404: "It does not exist, belongs to another key, or does not have this file (yet).",
    405: "The last part of the path is the name of another route, which takes another method.",
    413: "The body is too large.",
    416: "The requested range lies behind the end of the file.",
    429: "The quota of the key is used up.",
    500: "The job failed.",
    503: "The database or the media store is currently unreachable.",
    507: "The disk is nearly full.",
}
ERROR_HEADERS: Mapping[int, dict[str, Schema]] = {
    401: {"www-authenticate": TEXT},
    429: {"retry-after": TEXT},
    503: {"retry-after": TEXT},
}
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
    partial: bool = False
    """Whether `Range` and `If-None-Match` are read: the status may be 206 or 304."""


def _json(name: str) -> dict[str, Schema]:
    return {"application/json": {"$ref": f"#/components/schemas/{name}"}}


def _video_route(body: Schema | None, *errors: int) -> RouteDoc:
    """A route that responds with a Video object."""
    return RouteDoc(responses=_json("Video"), body=body, errors=errors, headers=POLLING_HINT)


def _file_route(*variants: str) -> RouteDoc:
    """A route that responds with a file of a finished video."""
    return RouteDoc(
        responses={VARIANTS[name][1]: BINARY for name in variants},
        errors=(400, 404, 416),
        headers=FILE_HEADERS,
        partial=True,
    )


CLIP = {"video/mp4": BINARY}
FILE_TYPES = ("image/png", "image/jpeg", "image/webp", "video/mp4", "video/webm", JSON_LINES)
ROUTES: Mapping[tuple[str, str], RouteDoc] = {
    ("get", "/v1/models"): RouteDoc(responses=_json("ModelList")),
    ("get", "/v1/models/{model}"): RouteDoc(responses=_json("Model"), errors=(404,)),
    ("post", "/v1/videos"): _video_route(request_body(Endpoint.CREATE), *ON_SUBMISSION),
    ("post", "/v1/videos/sync"): RouteDoc(
        responses=CLIP,
        body=request_body(Endpoint.SYNC),
        errors=(*ON_SUBMISSION, 500),
        headers=IGNORED_HEADER,
    ),
    ("post", "/v1/videos/edits"): _video_route(request_body(Endpoint.EDIT), *ON_SUBMISSION),
    ("post", "/v1/videos/extensions"): _video_route(request_body(Endpoint.EXTEND), *ON_SUBMISSION),
    ("post", "/v1/videos/loops"): _video_route(request_body(Endpoint.LOOP), *ON_SUBMISSION),
    ("post", "/v1/videos/connections"): _video_route(
        request_body(Endpoint.CONNECT), *ON_SUBMISSION
    ),
    ("post", "/v1/videos/characters"): RouteDoc(
        responses=_json("Character"),
        body=request_body(Endpoint.CHARACTER),
        errors=(*WITH_BODY, 404, 507),
    ),
    ("get", "/v1/videos/characters"): RouteDoc(responses=_json("CharacterList"), errors=(400,)),
    ("get", "/v1/videos/characters/{character_id}"): RouteDoc(
        responses=_json("Character"), errors=(404,)
    ),
    ("delete", "/v1/videos/characters/{character_id}"): RouteDoc(
        responses=_json("CharacterDeleted"), errors=(404,)
    ),
    ("get", "/v1/videos"): RouteDoc(responses=_json("VideoList"), errors=(400,)),
    ("get", "/v1/videos/{video_id}"): _video_route(None, 404),
    ("delete", "/v1/videos/{video_id}"): RouteDoc(responses=_json("VideoDeleted"), errors=(404,)),
    ("post", "/v1/videos/{video_id}/cancel"): _video_route(None, 404, 413),
    ("post", "/v1/videos/{video_id}/remix"): _video_route(
        request_body(Endpoint.REMIX), *ON_SUBMISSION
    ),
    ("get", "/v1/videos/{video_id}/events"): RouteDoc(
        responses={"text/event-stream": EVENT}, errors=(404,)
    ),
    ("get", "/v1/videos/{video_id}/preview"): RouteDoc(
        responses={PREVIEW[1]: BINARY}, errors=(404,)
    ),
    ("get", "/v1/videos/{video_id}/content"): _file_route(*VARIANTS),
    ("post", "/v1/videos/generations"): RouteDoc(
        responses=_json("XaiRequest"), body=request_body(Endpoint.XAI), errors=ON_SUBMISSION
    ),
    ("get", "/v1/videos/xai_{request_id}"): RouteDoc(responses=_json("XaiStatus"), errors=(404,)),
    ("post", "/v1/video/generations"): RouteDoc(
        responses=_json("Task"), body=request_body(Endpoint.TASK), errors=ON_SUBMISSION
    ),
    ("get", "/v1/video/generations/{task_id}"): RouteDoc(responses=_json("Task"), errors=(404,)),
    ("post", "/v1/video/generations/jobs"): RouteDoc(
        responses=_json("AzureJob"),
        body=request_body(Endpoint.AZURE_JOB),
        errors=ON_SUBMISSION,
        status=201,
    ),
    ("get", "/v1/video/generations/jobs/{job_id}"): RouteDoc(
        responses=_json("AzureJob"), errors=(404,)
    ),
    ("delete", "/v1/video/generations/jobs/{job_id}"): RouteDoc(
        responses={}, errors=(404,), status=204
    ),
    ("get", "/v1/video/generations/{generation_id}/content/video"): _file_route("video"),
    ("get", "/v1/video/generations/{generation_id}/content/thumbnail"): _file_route("thumbnail"),
    ("post", "/v1/images/generations"): RouteDoc(
        responses=_json("Images"),
        body=request_body(Endpoint.IMAGE),
        errors=(*ON_SUBMISSION, 500),
    ),
    ("post", "/v1/images/edits"): RouteDoc(
        responses=_json("Images"),
        body=request_body(Endpoint.IMAGE_EDIT),
        errors=(*ON_SUBMISSION, 500),
    ),
    ("post", "/v1/files"): RouteDoc(
        responses=_json("File"),
        body=request_body(Endpoint.FILE),
        errors=(*WITH_BODY, 507),
    ),
    ("post", "/v1/batches"): RouteDoc(
        responses=_json("Batch"), body=request_body(Endpoint.BATCH), errors=(*WITH_BODY, 507)
    ),
    ("get", "/v1/batches"): RouteDoc(responses=_json("BatchList"), errors=(400,)),
    ("get", "/v1/batches/{batch_id}"): RouteDoc(responses=_json("Batch"), errors=(404,)),
    ("post", "/v1/batches/{batch_id}/cancel"): RouteDoc(
        responses=_json("Batch"), errors=(404, 413)
    ),
    ("get", "/v1/files"): RouteDoc(responses=_json("FileList"), errors=(400,)),
    ("get", "/v1/files/{file_id}"): RouteDoc(responses=_json("File"), errors=(404,)),
    ("get", "/v1/files/{file_id}/content"): RouteDoc(
        responses=dict.fromkeys(FILE_TYPES, BINARY),
        errors=(404, 416),
        headers=FILE_HEADERS,
        partial=True,
    ),
    ("delete", "/v1/files/{file_id}"): RouteDoc(responses=_json("FileDeleted"), errors=(404,)),
    ("get", "/metrics"): RouteDoc(responses={METRICS_TYPE: TEXT}),
    ("get", "/healthz"): RouteDoc(responses=_json("Health"), open=True),
    ("get", "/readyz"): RouteDoc(responses=_json("Readiness"), errors=(503,), open=True),
}


def complete_document(app: FastAPI) -> None:
    """Adds to the app's OpenAPI document what FastAPI cannot derive from the routes. All routes
    must have been added."""
    document = app.openapi()
    document["components"] = {
        "schemas": {**SCHEMAS, **STORED_SCHEMAS, **DIALECT_SCHEMAS},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete_operation(operation, ROUTES[method, path])
    _list_variants(document["paths"]["/v1/videos/{video_id}/content"]["get"])


def _complete_operation(operation: dict[str, Any], route: RouteDoc) -> None:
    errors = {*route.errors, *(WITHOUT_KEY if route.open else WITH_KEY)}
    if 404 in errors:  # an id in the path may be the name of another route
        errors.add(405)
    content = {media_type: {"schema": schema} for media_type, schema in route.responses.items()}
    success: dict[str, Any] = {"description": "Success.", "content": content}
    if route.headers:
        success["headers"] = dict(route.headers)
    operation["responses"] = {str(route.status): success, **_error_responses(sorted(errors))}
    if route.partial:
        operation["responses"] |= {
            "206": {**success, "description": "The part that `Range` asks for."},
            "304": {"description": "The file has not changed.", "headers": success["headers"]},
        }
    operation["security"] = [{}] if route.open else [{"key": []}, {}]
    if route.body:
        operation["requestBody"] = route.body


def _error_responses(statuses: Iterable[int]) -> dict[str, Any]:
    return {
        str(status): {
            "description": ERROR_DESCRIPTIONS.get(status, HTTPStatus(status).phrase),
            "content": {key: {"schema": schema} for key, schema in _json("Error").items()},
            "headers": {
                name: {"schema": schema} for name, schema in ERROR_HEADERS.get(status, {}).items()
            },
        }
        for status in statuses
    }


def _list_variants(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "variant":
            parameter["schema"]["enum"] = list(VARIANTS)
