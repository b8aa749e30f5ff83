"""What to tell a client that asks for a path or method that does not exist."""

from __future__ import annotations

from fastapi import Request
from starlette.routing import Match

from sorairo.server.api.prefixes import PREFIX, REQUESTED_PATH

METHODS = ("GET", "POST", "DELETE")


def wrong_path_message(request: Request) -> str:
    """For a path that does not exist. The commonest reason is a wrong base URL."""
    path = request.scope.get(REQUESTED_PATH, request.url.path)
    message = f"There is no {request.method[:20]} {path[:200]} here"
    parts = path.strip("/").split("/")
    for first in range(len(parts)):
        if methods_of(request, "/".join([PREFIX, *parts[first:]])):
            return f"{message}: the base URL ends in {PREFIX}."
        if methods_of(request, "/" + "/".join(parts[first:])) and parts[first] == PREFIX[1:]:
            return f"{message}: the base URL ends in {PREFIX}, right after the server's address."
    return f"{message}: /docs lists all routes."


def wrong_method_message(request: Request) -> str:
    """For a path that exists for other methods only."""
    path = request.scope.get(REQUESTED_PATH, request.url.path)
    allowed = " or ".join(methods_of(request, request.url.path))
    return f"There is no {request.method[:20]} {path[:200]} here: send {allowed}."


def methods_of(request: Request, path: str) -> list[str]:
    """The methods for which a path exists."""
    routes = request.app.routes
    return [
        method
        for method in METHODS
        if any(
            route.matches({"type": "http", "path": path, "method": method})[0] is Match.FULL
            for route in routes
        )
    ]
