"""What the tools of the MCP server send to the API, and what they say of its answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi.testclient import TestClient
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import TextContent

from services import finish
from serving import picture
from sorairo.server.api.service import Service
from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.media_arguments import MediaArguments
from sorairo.server.mcp.results import video_result


def asked(transport: httpx.AsyncBaseTransport, use: Callable[[ApiClient], Awaitable[Any]]) -> Any:
    """The result of `use`, which gets a client of the API."""

    async def connected() -> Any:
        base = "http://testserver/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base) as http:
            return await use(ApiClient(http))

    return anyio.run(connected)


def test_a_video_of_the_library_is_connected_with_a_local_file(
    client: TestClient, service: Service, tmp_path: Path
):
    video = client.post("/v1/videos", json={"prompt": "a ball", "size": "96x96"}).json()
    finish(service, video)
    path = tmp_path / "next.png"
    path.write_bytes(picture())
    fields = {"prompt": "a ball", "seconds": 1.0, "video": {"id": video["id"]}, "seed": None}
    made = asked(
        httpx.ASGITransport(client.app),
        lambda api: api.post("videos/connections", fields, {"next_video": path}),
    )
    assert (made["kind"], made["status"]) == ("connect", "queued")


@pytest.mark.parametrize("name", ["a b.png", "猫 #1.png", "50%25.png", "plain.png"])
def test_a_local_file_is_named_by_its_path_or_its_address(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(picture())
    local = path.as_uri().replace("//", "//localhost", 1)
    for value in (str(path), path.as_uri(), f"file://{path}", local):
        media = MediaArguments(local_files=True)
        media.picture("image", value)
        assert media.files == {"image": path}
    with pytest.raises(ToolError, match=r"There is no file /nowhere/a b\.png"):
        MediaArguments(local_files=True).picture("image", "file:///nowhere/a%20b.png")


def test_a_video_without_files_is_described(client: TestClient, service: Service):
    """They are deleted after the time that the server keeps them."""
    video = client.post("/v1/videos", json={"prompt": "a ball"}).json()
    finish(service, video)
    service.media.delete_folder(video["id"])
    service.queue.mark_files_deleted(video["id"])
    found = client.get(f"/v1/videos/{video['id']}").json()
    result = asked(httpx.ASGITransport(client.app), lambda api: video_result(api, found))
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert "deleted" in text.text


@pytest.mark.parametrize(
    ("error", "says"),
    [(httpx.ReadTimeout, "not answered in 5 s"), (httpx.ConnectError, "cannot be reached")],
)
def test_a_slow_server_is_none_that_is_away(error: type[httpx.TransportError], says: str):
    def fail(_request: httpx.Request) -> httpx.Response:
        raise error("x")

    with pytest.raises(ToolError, match=says):
        asked(httpx.MockTransport(fail), lambda api: api.post("videos", {}, seconds=5.0))
