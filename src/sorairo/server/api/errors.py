"""What a client is told that asks for something impossible, in the form that its SDK reads."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sorairo.errors import QuotaError, SorairoError, StoreAwayError, WriteError
from sorairo.jobs.schema import AWAY
from sorairo.server.uploads.media_store import NO_ROOM

# What is still on its way of a body that is too large is not waited for.
HEADERS = {401: {"www-authenticate": "Bearer"}, 413: {"connection": "close"}}
TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class ApiError(Exception):
    """An answer of 4xx: `param` names the field that is wrong, `code` what is wrong with it."""

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
    """In OpenAI's own words."""
    message = f"Invalid type for '{name}': expected {expected}, but got {_kind(got)} instead."
    return ApiError(400, message, param=name, code="invalid_type")


def _kind(value: object) -> str:
    kinds = {str: "a string", bool: "a boolean", dict: "an object", list: "an array"}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return "null" if value is None else kinds.get(type(value), "a file")


def envelope(
    status: int,
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    usual = "server_error" if status >= 500 else "invalid_request_error"
    error: dict[str, Any] = {
        "message": message,
        "type": TYPES.get(status, usual),
        "param": param,
        "code": code,
    }
    told = {**HEADERS.get(status, {}), **(headers or {})}
    return JSONResponse({"error": error}, status, headers=told)


def handle_errors(app: FastAPI) -> None:
    """Every error of the app as an envelope."""

    @app.exception_handler(ApiError)
    async def refused(_request: Request, error: ApiError) -> JSONResponse:
        return envelope(
            error.status, str(error), param=error.param, code=error.code, headers=error.headers
        )

    @app.exception_handler(QuotaError)
    async def too_much(_request: Request, error: QuotaError) -> JSONResponse:
        later = {} if error.after is None else {"retry-after": str(error.after)}
        status = 403 if error.after is None else 429  # SDKs ask again after a 429
        return envelope(status, str(error), code="rate_limit_exceeded", headers=later)

    @app.exception_handler(SorairoError)
    async def impossible(_request: Request, error: SorairoError) -> JSONResponse:
        return envelope(400, str(error), code="invalid_value")

    @app.exception_handler(WriteError)
    async def full(_request: Request, _error: Exception) -> JSONResponse:
        message = "The server has no room for what was sent: ask again later."
        return envelope(507, message, code="storage_error")

    @app.exception_handler(OSError)
    async def disk(request: Request, error: OSError) -> JSONResponse:
        """Large uploads lie on a disk before they are anybody's."""
        if error.errno not in NO_ROOM:
            raise error
        return await full(request, error)

    @app.exception_handler(StoreAwayError)
    async def out_of_reach(_request: Request, _error: StoreAwayError) -> JSONResponse:
        message = "The store of clips cannot be reached at the moment: try again."
        return envelope(503, message, code="unavailable", headers={"retry-after": "2"})

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        name = str(first["loc"][-1])
        return envelope(400, f"'{name}': {first['msg']}.", param=name, code="invalid_value")

    async def away(_request: Request, _error: Exception) -> JSONResponse:
        message = "The database cannot be reached at the moment: try again."
        return envelope(503, message, code="unavailable", headers={"retry-after": "2"})

    for kind in AWAY:
        app.add_exception_handler(kind, away)

    @app.exception_handler(HTTPException)
    async def unknown(_request: Request, error: HTTPException) -> JSONResponse:
        return envelope(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    async def fault(_request: Request, _error: Exception) -> JSONResponse:
        return envelope(500, "The server met a fault of its own; its log has the details.")
