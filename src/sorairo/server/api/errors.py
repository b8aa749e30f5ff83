"""Error responses, in the shape that OpenAI's SDKs parse."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sorairo.errors import (
    QuotaError,
    SorairoError,
    StorageUnavailableError,
    WriteError,
)
from sorairo.jobs.database import DATABASE_UNAVAILABLE, is_busy, is_full
from sorairo.notes import Note, sentence_of
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.wrong_parameters import wrong_parameter
from sorairo.server.api.wrong_paths import methods_of, wrong_method_message, wrong_path_message
from sorairo.server.uploads.media_store import DISK_FULL

# After a 413, the rest of the body is not read.
HEADERS = {401: {"www-authenticate": "Bearer"}, 413: {"connection": "close"}}
TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
MAX_MESSAGE_LENGTH, MAX_PARAM_LENGTH = 2_000, 200  # both may repeat what the client sent
RETRY_SOON = {"retry-after": "2"}
CLIENT_CLOSED_REQUEST = 499


class ApiError(Exception):
    """An error that a route responds with. A message that is a `Note` is also sent as the `detail`
    of the error object, so that clients can say it in other languages.

    Attributes:
        status: The HTTP status, 4xx or 5xx.
        param: The name of the invalid field or parameter, if there is one.
        code: What is wrong, for programs.
        headers: Additional headers of the response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code
        self.headers = headers or {}


def invalid_type(name: str, expected: str, got: object) -> ApiError:
    """The error for a field of the wrong type, with the message of OpenAI's API."""
    message = Note(
        f"Invalid type for '{name}': expected {expected}, but got {_type_name(got)} instead.",
        "wrong_type",
        name=name,
    )
    return ApiError(400, message, param=name, code="invalid_type")


def _type_name(value: object) -> str:
    names = {str: "a string", bool: "a boolean", dict: "an object", list: "an array"}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return "null" if value is None else names.get(type(value), "a file")


def error_response(
    status: int,
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> SafeJSONResponse:
    """A response with an error object; a message that is a `Note` is also its `detail`."""
    default = "server_error" if status >= 500 else "invalid_request_error"
    error: dict[str, Any] = {
        "message": message[:MAX_MESSAGE_LENGTH],
        "type": TYPES.get(status, default),
        "param": param if param is None else param[:MAX_PARAM_LENGTH],
        "code": code,
        **({"detail": _detail(message)} if isinstance(message, Note) else {}),
    }
    all_headers = {**HEADERS.get(status, {}), **(headers or {})}
    return SafeJSONResponse({"error": error}, status, headers=all_headers)


def _detail(message: Note) -> dict[str, Any]:
    """The code and the values of a message; values may repeat what the client sent."""
    found = message.to_json()
    cut = {
        name: each[:MAX_PARAM_LENGTH] if isinstance(each, str) else each
        for name, each in found["values"].items()
    }
    return {**found, "values": cut}


def add_error_handlers(app: FastAPI) -> None:
    """Makes the app respond to every exception with an error object."""
    for kind, handler in {
        ApiError: _on_api_error,
        QuotaError: _on_quota_error,
        SorairoError: _on_invalid_request,
        WriteError: _on_full_disk,
        OSError: _on_os_error,
        StorageUnavailableError: _on_unreachable_media,
        RequestValidationError: _on_invalid_parameter,
        HTTPException: _on_http_exception,
        ClientDisconnect: _on_client_disconnect,
        Exception: _on_unexpected_error,
        **dict.fromkeys(DATABASE_UNAVAILABLE, _on_unreachable_database),
    }.items():
        app.add_exception_handler(kind, handler)


async def _on_api_error(_request: Request, error: Any) -> SafeJSONResponse:
    return error_response(
        error.status,
        sentence_of(error),
        param=error.param,
        code=error.code,
        headers=error.headers,
    )


async def _on_quota_error(_request: Request, error: Any) -> SafeJSONResponse:
    if error.retry_after is None:  # SDKs retry after a 429, but not after a 403
        return error_response(403, sentence_of(error), code="rate_limit_exceeded")
    headers = {"retry-after": str(error.retry_after)}
    return error_response(429, sentence_of(error), code="rate_limit_exceeded", headers=headers)


async def _on_invalid_request(_request: Request, error: Any) -> SafeJSONResponse:
    return error_response(400, sentence_of(error), code="invalid_value")


async def _on_full_disk(_request: Request, _error: Any) -> SafeJSONResponse:
    message = Note("The server has no disk space for this upload: try again later.", "disk_full")
    return error_response(507, message, code="storage_error")


async def _on_os_error(request: Request, error: Any) -> SafeJSONResponse:
    """Large uploads are written to a temporary file before a route sees them."""
    if error.errno not in DISK_FULL:
        raise error
    return await _on_full_disk(request, error)


async def _on_unreachable_media(_request: Request, _error: Any) -> SafeJSONResponse:
    message = Note("The media store is currently unreachable: try again.", "storage_away")
    return error_response(503, message, code="unavailable", headers=RETRY_SOON)


async def _on_unreachable_database(request: Request, error: Any) -> SafeJSONResponse:
    if is_full(error):
        return await _on_full_disk(request, error)
    message = Note("The database is currently unreachable: try again.", "database_away")
    if is_busy(error):
        message = Note("The database is busy with other requests: try again.", "busy")
    return error_response(503, message, code="unavailable", headers=RETRY_SOON)


async def _on_invalid_parameter(_request: Request, error: Any) -> SafeJSONResponse:
    first = error.errors()[0]
    name = next(str(part) for part in reversed(first["loc"]) if isinstance(part, str))
    return error_response(400, wrong_parameter(name, first), param=name, code="invalid_value")


async def _on_http_exception(request: Request, error: Any) -> SafeJSONResponse:
    status = error.status_code
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if status == 404:
        return error_response(404, wrong_path_message(request), code="unknown_url")
    if status == 405:
        headers["allow"] = ", ".join(methods_of(request, request.scope["path"]))
        message = wrong_method_message(request)
        return error_response(405, message, code="method_not_allowed", headers=headers)
    return error_response(status, str(error.detail), headers=headers)


async def _on_client_disconnect(_request: Request, _error: Any) -> Response:
    """The client has left before it had sent the whole body: nobody reads the response."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _on_unexpected_error(_request: Request, _error: Any) -> SafeJSONResponse:
    return error_response(
        500, Note("An internal error occurred; the server's log has the details.", "internal")
    )
