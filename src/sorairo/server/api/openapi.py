"""The OpenAPI document: the bodies, responses and errors of every route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from sorairo.server.api.dialects.schemas import DIALECT_SCHEMAS
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.files import JSON_LINES
from sorairo.server.api.library.route_docs import LIBRARY_ROUTES
from sorairo.server.api.library.schemas import LIBRARY_SCHEMAS
from sorairo.server.api.metrics import CONTENT_TYPE as METRICS_TYPE
from sorairo.server.api.play.route_docs import PLAY_ROUTES, PLAY_SCHEMAS
from sorairo.server.api.route_doc import (
    FILE_HEADERS,
    IGNORED_HEADER,
    ON_SUBMISSION,
    WITH_BODY,
    WITH_KEY,
    WITHOUT_KEY,
    RouteDoc,
    file_route,
    json_doc,
    video_route,
)
from sorairo.server.api.schemas import BINARY, EVENT, SCHEMAS, TEXT, Schema, request_body
from sorairo.server.api.stored_schemas import STORED_SCHEMAS
from sorairo.server.video_object import PREVIEW_TYPE, VARIANTS

# Errors that need more explanation than the name of their status.
ERROR_DESCRIPTIONS = {
    400: "The request is not valid; the message says what to change.",
    401: "A key is required, or the key is not valid.",
    403: "The host name or origin is not allowed, the request exceeds the daily quota of the key,"
    " or an administrator's key is needed.",
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
CLIP = {"video/mp4": BINARY}
FILE_TYPES = ("image/png", "image/jpeg", "image/webp", "video/mp4", "video/webm", JSON_LINES)
ROUTES: Mapping[tuple[str, str], RouteDoc] = {
    ("get", "/v1/models"): RouteDoc(responses=json_doc("ModelList")),
    ("get", "/v1/models/{model}"): RouteDoc(responses=json_doc("Model"), errors=(404,)),
    ("post", "/v1/videos"): video_route(request_body(Endpoint.CREATE), *ON_SUBMISSION),
    ("post", "/v1/videos/sync"): RouteDoc(
        responses=CLIP,
        body=request_body(Endpoint.SYNC),
        errors=(*ON_SUBMISSION, 500),
        headers=IGNORED_HEADER,
    ),
    ("post", "/v1/videos/edits"): video_route(request_body(Endpoint.EDIT), *ON_SUBMISSION),
    ("post", "/v1/videos/extensions"): video_route(request_body(Endpoint.EXTEND), *ON_SUBMISSION),
    ("post", "/v1/videos/loops"): video_route(request_body(Endpoint.LOOP), *ON_SUBMISSION),
    ("post", "/v1/videos/connections"): video_route(request_body(Endpoint.CONNECT), *ON_SUBMISSION),
    ("post", "/v1/videos/characters"): RouteDoc(
        responses=json_doc("Character"),
        body=request_body(Endpoint.CHARACTER),
        errors=(*WITH_BODY, 404, 507),
    ),
    ("get", "/v1/videos/characters"): RouteDoc(responses=json_doc("CharacterList"), errors=(400,)),
    ("get", "/v1/videos/characters/{character_id}"): RouteDoc(
        responses=json_doc("Character"), errors=(404,)
    ),
    ("delete", "/v1/videos/characters/{character_id}"): RouteDoc(
        responses=json_doc("CharacterDeleted"), errors=(404,)
    ),
    ("get", "/v1/videos"): RouteDoc(responses=json_doc("VideoList"), errors=(400,)),
    ("get", "/v1/videos/{video_id}"): video_route(None, 404),
    ("delete", "/v1/videos/{video_id}"): RouteDoc(
        responses=json_doc("VideoDeleted"), errors=(404,)
    ),
    ("post", "/v1/videos/{video_id}/cancel"): video_route(None, 404, 413),
    ("post", "/v1/videos/{video_id}/remix"): video_route(
        request_body(Endpoint.REMIX), *ON_SUBMISSION
    ),
    ("post", "/v1/videos/{video_id}/retry"): video_route(None, *ON_SUBMISSION),
    ("get", "/v1/videos/{video_id}/events"): RouteDoc(
        responses={"text/event-stream": EVENT}, errors=(404,)
    ),
    ("get", "/v1/videos/{video_id}/preview"): RouteDoc(
        responses={PREVIEW_TYPE: BINARY}, errors=(404,), empty=True
    ),
    ("get", "/v1/videos/{video_id}/content"): file_route(*VARIANTS),
    ("post", "/v1/videos/generations"): RouteDoc(
        responses=json_doc("XaiRequest"), body=request_body(Endpoint.XAI), errors=ON_SUBMISSION
    ),
    ("get", "/v1/videos/xai_{request_id}"): RouteDoc(
        responses=json_doc("XaiStatus"), errors=(404,)
    ),
    ("post", "/v1/video/generations"): RouteDoc(
        responses=json_doc("Task"), body=request_body(Endpoint.TASK), errors=ON_SUBMISSION
    ),
    ("get", "/v1/video/generations/{task_id}"): RouteDoc(responses=json_doc("Task"), errors=(404,)),
    ("post", "/v1/video/generations/jobs"): RouteDoc(
        responses=json_doc("AzureJob"),
        body=request_body(Endpoint.AZURE_JOB),
        errors=ON_SUBMISSION,
        status=201,
    ),
    ("get", "/v1/video/generations/jobs/{job_id}"): RouteDoc(
        responses=json_doc("AzureJob"), errors=(404,)
    ),
    ("delete", "/v1/video/generations/jobs/{job_id}"): RouteDoc(
        responses={}, errors=(404,), status=204
    ),
    ("get", "/v1/video/generations/{generation_id}/content/video"): file_route("video"),
    ("get", "/v1/video/generations/{generation_id}/content/thumbnail"): file_route("thumbnail"),
    ("post", "/v1/images/generations"): RouteDoc(
        responses=json_doc("Images"),
        body=request_body(Endpoint.IMAGE),
        errors=(*ON_SUBMISSION, 500),
    ),
    ("post", "/v1/images/edits"): RouteDoc(
        responses=json_doc("Images"),
        body=request_body(Endpoint.IMAGE_EDIT),
        errors=(*ON_SUBMISSION, 500),
    ),
    ("post", "/v1/files"): RouteDoc(
        responses=json_doc("File"),
        body=request_body(Endpoint.FILE),
        errors=(*WITH_BODY, 507),
    ),
    ("post", "/v1/batches"): RouteDoc(
        responses=json_doc("Batch"), body=request_body(Endpoint.BATCH), errors=(*WITH_BODY, 507)
    ),
    ("get", "/v1/batches"): RouteDoc(responses=json_doc("BatchList"), errors=(400,)),
    ("get", "/v1/batches/{batch_id}"): RouteDoc(responses=json_doc("Batch"), errors=(404,)),
    ("post", "/v1/batches/{batch_id}/cancel"): RouteDoc(
        responses=json_doc("Batch"), errors=(404, 413)
    ),
    ("get", "/v1/files"): RouteDoc(responses=json_doc("FileList"), errors=(400,)),
    ("get", "/v1/files/{file_id}"): RouteDoc(responses=json_doc("File"), errors=(404,)),
    ("get", "/v1/files/{file_id}/content"): RouteDoc(
        responses=dict.fromkeys(FILE_TYPES, BINARY),
        errors=(404, 416),
        headers=FILE_HEADERS,
        partial=True,
    ),
    ("delete", "/v1/files/{file_id}"): RouteDoc(responses=json_doc("FileDeleted"), errors=(404,)),
    **LIBRARY_ROUTES,
    **PLAY_ROUTES,
    ("get", "/metrics"): RouteDoc(responses={METRICS_TYPE: TEXT}),
    ("get", "/healthz"): RouteDoc(responses=json_doc("Health"), open=True),
    ("get", "/readyz"): RouteDoc(responses=json_doc("Readiness"), errors=(503,), open=True),
}


class DescribedAPI(FastAPI):
    """An application whose OpenAPI document says more than FastAPI derives from the routes. It is
    made when it is first asked for: all routes must have been added by then."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            _complete(super().openapi())
        return super().openapi()


def _complete(document: dict[str, Any]) -> None:
    document["components"] = {
        "schemas": {
            **SCHEMAS,
            **STORED_SCHEMAS,
            **LIBRARY_SCHEMAS,
            **PLAY_SCHEMAS,
            **DIALECT_SCHEMAS,
        },
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
    if route.empty:
        operation["responses"]["204"] = {"description": "There is nothing to send."}
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
            "content": {key: {"schema": schema} for key, schema in json_doc("Error").items()},
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
