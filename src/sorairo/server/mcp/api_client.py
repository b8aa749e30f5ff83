"""An asynchronous client of the HTTP API, for the tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from mcp.server.mcpserver.exceptions import ToolError

CONNECT_SECONDS = 30.0
READ_SECONDS = 120.0  # creating a job stores its files first


class ApiClient:
    """Calls the HTTP API. Every method raises ToolError with the message of the API's error."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http` has the base URL, which ends in /v1, and the key."""
        self.http = http

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The JSON object at a path."""
        return (await self._send("GET", path, params=query)).json()

    async def delete(self, path: str) -> dict[str, Any]:
        """Deletes the object at a path."""
        return (await self._send("DELETE", path)).json()

    async def download(self, path: str, **query: Any) -> bytes:
        """The file at a path."""
        return (await self._send("GET", path, params=query)).content

    async def post(
        self,
        path: str,
        fields: Mapping[str, Any],
        files: Mapping[str, Path] | None = None,
        *,
        seconds: float = READ_SECONDS,
    ) -> dict[str, Any]:
        """Posts fields that are not None, as JSON, or as a form if there are local files. The
        answer may take so many seconds."""
        given = {name: value for name, value in fields.items() if value is not None}
        if not files:
            return (await self._send("POST", path, seconds, json=given)).json()
        form = {name: _form_value(value) for name, value in given.items()}
        uploads = {name: (file.name, _read(file)) for name, file in files.items()}
        return (await self._send("POST", path, seconds, data=form, files=uploads)).json()

    async def _send(
        self, method: str, path: str, seconds: float = READ_SECONDS, **options: Any
    ) -> httpx.Response:
        timeout = httpx.Timeout(CONNECT_SECONDS, read=seconds)
        try:
            response = await self.http.request(method, path, timeout=timeout, **options)
        except httpx.ReadTimeout as error:
            raise ToolError(f"The sorairo server has not answered in {seconds:g} s.") from error
        except httpx.HTTPError as error:
            kind = type(error).__name__
            raise ToolError(f"The sorairo server cannot be reached ({kind}).") from error
        if response.is_success:
            return response
        raise ToolError(_error_message(response))


def _error_message(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The sorairo server has answered {response.status_code}."


def _form_value(value: Any) -> str:
    """A value as a field of a form: objects, such as a reference to a video, and truth as JSON."""
    return json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ToolError(f"{file} cannot be read: {error.strerror}.") from error
