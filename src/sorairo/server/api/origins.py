"""Which hosts and which web pages are served: a check of `Host` and `Origin`, and CORS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from sorairo.notes import Note, sentence_of
from sorairo.server.api.errors import ApiError, error_response
from sorairo.server.api.service import Service

METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
EXPOSED_HEADERS = (
    *("openai-poll-after-ms", "openai-processing-ms", "retry-after", "x-request-id"),
    *(f"x-ratelimit-{what}-requests" for what in ("limit", "remaining", "reset")),
    *(f"x-ratelimit-{what}-pixel-seconds" for what in ("limit", "remaining", "reset")),
    *("accept-ranges", "content-disposition", "content-range", "etag"),
)
POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
_HOST = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?"
_ORIGIN = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*://({_HOST})?")


def host_name(host: str) -> str | None:
    """The name in a Host header, in lower case and without port and brackets; None if the header
    is not valid (RFC 9110, section 7.2).

    >>> host_name("[::1]:8000"), host_name("Localhost"), host_name("[::1")
    ('::1', 'localhost', None)
    """
    found = re.fullmatch(_HOST, host)
    if found is None:
        return None
    name = found[1].lower().rstrip(".")
    if not name.startswith("["):
        return name
    try:
        return str(ipaddress.IPv6Address(name[1:-1]))
    except ValueError:
        return None


def origin_host(origin: str) -> str | None:
    """The host and port of an Origin header, "" if it has none, or None if it is not valid
    (RFC 6454, section 7)."""
    if origin == "null":
        return ""
    found = _ORIGIN.fullmatch(origin)
    if found is None or (found[1] and host_name(found[1]) is None):
        return None
    return (found[1] or "").lower()


class OriginMiddleware:
    """Answers browsers: with CORS headers for pages that may use the server, with 403 for others.

    A server that requires keys serves every page under every name: a page needs a key, and no
    cookie exists that it could abuse. An open server trusts every local program, so it serves
    only requests for its own names (against DNS rebinding) and pages of `allow_origins`.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service
        self.for_all = _cors(app, ("*",))
        self.for_allowed = _cors(app, service.allow_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] in ("http", "websocket"):
            try:
                app = await self._choose(Headers(scope=scope))
            except ApiError as error:
                if scope["type"] == "websocket":  # refused before it is accepted: HTTP 403
                    await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                    return
                app = error_response(error.status, sentence_of(error), code=error.code)
        await app(scope, receive, send)

    async def _choose(self, headers: Headers) -> ASGIApp:
        """The application with the CORS headers of this request. Raises ApiError."""
        host, origin = headers.get("host", ""), headers.get("origin")
        name = host_name(host) if host else ""
        if name is None:
            message = Note("The Host header is not valid.", "invalid_host")
            raise ApiError(400, message, code="invalid_host")
        known_host = self.service.hosts is None or name in self.service.hosts
        page = None if origin is None else origin_host(origin)
        if origin is not None and page is None:
            message = Note("The Origin header is not valid.", "invalid_origin")
            raise ApiError(400, message, code="invalid_origin")
        foreign = origin is not None and page != host.lower()
        if known_host and not foreign:
            return self.app
        if await run_in_threadpool(self.service.requires_key):
            return self.for_all if foreign else self.app
        if not known_host:
            raise _unknown_host(name)
        if origin not in self.service.allow_origins:
            raise _unknown_origin(str(origin))
        return self.for_allowed


def _cors(app: ASGIApp, origins: Sequence[str]) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=METHODS,
        allow_headers=("*",),
        allow_private_network=True,
        expose_headers=EXPOSED_HEADERS,
    )


def _unknown_host(name: str) -> ApiError:
    message = Note(
        f"This server requires no key and is not open to the name '{name[:80]}': use 127.0.0.1,"
        f" or start it with --allow-host {name[:80] or 'NAME'}, or with --host 0.0.0.0 and a key"
        " (sorairo keys create).",
        "unknown_host",
        host=name[:80] or "NAME",
    )
    return ApiError(403, message, code="forbidden")


def _unknown_origin(origin: str) -> ApiError:
    message = Note(
        f"This server requires no key and is not open to pages of '{origin[:80]}': start it with"
        f" --allow-origin {origin[:80]}, or create a key (sorairo keys create).",
        "unknown_origin",
        origin=origin[:80],
    )
    return ApiError(403, message, code="forbidden")
