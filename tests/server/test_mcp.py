"""The MCP server, with the SDK's own client: over HTTP at /mcp, and on stdio."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters
from PIL import Image

from services import finish
from serving import Running, picture, run_json, serving
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.video import Clip

QUICK = {"prompt": "a red ball drops", "seconds": 0.5, "size": "96x96", "wait": 120}


def with_client(server: Any, use: Callable[[Client], Awaitable[None]]) -> None:
    """Connects the SDK's client to a server, and calls `use` with it."""

    async def connected() -> None:
        async with Client(server) as client:
            await use(client)

    anyio.run(connected)


def on_stdio(*words: str, **environment: str) -> StdioServerParameters:
    command = ["-m", "sorairo", "mcp", *words]
    variables = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return StdioServerParameters(command=sys.executable, args=command, env=variables)


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


@pytest.fixture(scope="module")
def made(server: Running) -> dict[str, Any]:
    """A finished video."""
    found: dict[str, Any] = {}

    async def use(client: Client) -> None:
        result = await client.call_tool("generate_video", {**QUICK, "seed": 7})
        assert not result.is_error, result.content
        found["result"] = result

    with_client(f"{server.url}/mcp", use)
    return found


def test_a_tool_answers_with_the_video_a_link_and_a_picture(made: dict[str, Any]):
    result = made["result"]
    video = result.structured_content
    assert (video["status"], video["size"], video["seconds"]) == ("completed", "96x96", "0.5")
    assert video["seed"] == 7
    text, *links, preview = result.content
    assert video["id"] in text.text
    assert [link.mime_type for link in links] == ["video/mp4", "image/jpeg"]
    image = Image.open(io.BytesIO(base64.b64decode(preview.data)))
    assert image.format == "JPEG"
    assert max(image.size) <= 512


def test_a_link_can_be_read(server: Running, made: dict[str, Any], tmp_path: Path):
    async def use(client: Client) -> None:
        link = made["result"].content[1]
        contents = (await client.read_resource(str(link.uri))).contents[0]
        path = tmp_path / "clip.mp4"
        path.write_bytes(base64.b64decode(contents.blob))  # type: ignore[union-attr]
        assert Clip.load(path).num_frames == 12

    with_client(f"{server.url}/mcp", use)


@pytest.mark.parametrize(
    ("tool", "arguments", "seconds"),
    [
        ("extend_video", {"seconds": 0.5}, "1"),
        ("extend_video", {"seconds": 0.5, "backward": True}, "1"),
        ("edit_video", {"strength": 0.5}, "0.5"),
        ("loop_video", {"seconds": 1}, "1.5"),
        ("connect_videos", {"seconds": 1, "next_video": None}, "2"),
    ],
)
def test_a_finished_video_is_changed(
    server: Running, made: dict[str, Any], tool: str, arguments: dict[str, Any], seconds: str
):
    video = made["result"].structured_content["id"]
    given = {"video": video, "prompt": "a red ball rolls", "wait": 120, **arguments}
    if "next_video" in given:
        given["next_video"] = video

    async def use(client: Client) -> None:
        result = await client.call_tool(tool, given)
        assert not result.is_error, result.content
        assert result.structured_content["seconds"] == seconds  # type: ignore[index]

    with_client(f"{server.url}/mcp", use)


def called(client: TestClient, tool: str, base: str = "", **arguments: Any) -> dict[str, Any]:
    """The result of a tool, by a message as it is on the wire."""
    call = {"name": tool, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"accept": "application/json, text/event-stream"}
    answer = client.post(f"{base}/mcp", json=message, headers=headers).text
    data = next(each for each in answer.splitlines() if each.startswith("data: "))
    return json.loads(data.removeprefix("data: "))["result"]


def test_addresses_have_the_scheme_of_the_client(client: TestClient, service: Service):
    """Behind a proxy that speaks TLS, a link that begins with http:// leads nowhere."""
    video = client.post("/v1/videos", json={"prompt": "a ball"}).json()
    finish(service, video)
    for base in ("https://videos.example", "http://videos.example:8000"):
        (found,) = called(client, "list_videos", base)["structuredContent"]["data"]
        assert found["url"] == f"{base}/v1/videos/{video['id']}/content?variant=video"


def test_addresses_have_the_path_of_a_proxy(service: Service):
    with TestClient(create_app(service, proxies=("10.0.0.7",)), client=("10.0.0.7", 1)) as client:
        video = client.post("/v1/videos", json={"prompt": "a ball"}).json()
        finish(service, video)
        client.headers["x-forwarded-prefix"] = "/sora"
        (found,) = called(client, "list_videos")["structuredContent"]["data"]
    assert found["url"].startswith("http://testserver/sora/v1/videos/")


@pytest.mark.parametrize("tool", ["get_video", "cancel_video", "delete_video", "remix_video"])
def test_an_id_is_not_the_path_of_something_else(client: TestClient, service: Service, tool: str):
    character = service.characters.add("char_1", "Mossy").id
    more = {"prompt": "x"} if tool == "remix_video" else {}
    for name in (f"characters/{character}", "characters", "video_1/../../files", "video_1?a=b"):
        result = called(client, tool, video_id=name, **more)
        assert result["isError"]
        assert "is not the id of a video" in result["content"][0]["text"]
    assert service.characters.get(character, "") is not None


def test_the_other_tools_that_create(server: Running, made: dict[str, Any]):
    video = made["result"].structured_content["id"]
    cards = [{"prompt": "a red ball drops"}, {"prompt": "the ball rolls", "cut": False}]
    board = {"cards": cards, "seconds": 1, "size": "96x96", "wait": 120}

    async def use(client: Client) -> None:
        image = await client.call_tool("generate_image", {"prompt": "a ball", "size": "96x96"})
        assert not image.is_error, image.content
        assert image.content[1].type == "image"
        given = {**QUICK, "image": data_url(picture())}
        animated = await client.call_tool("animate_image", given)
        remixed = await client.call_tool(
            "remix_video", {"video_id": video, "prompt": "a blue ball drops", "wait": 120}
        )
        story = await client.call_tool("create_storyboard", board)
        for result in (animated, remixed, story):
            assert not result.is_error, result.content
            assert result.structured_content["status"] == "completed"  # type: ignore[index]
        assert remixed.structured_content["remixed_from_video_id"] == video  # type: ignore[index]

    with_client(f"{server.url}/mcp", use)


def test_a_job_is_followed_cancelled_listed_and_deleted(server: Running):
    seen: list[float] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        seen.append(done)

    async def use(client: Client) -> None:
        long = {"prompt": "a red ball rolls", "seconds": 60, "wait": 0}
        result = await client.call_tool("generate_video", long, progress_callback=progress)
        video = result.structured_content["id"]  # type: ignore[index]
        assert "get_video" in result.content[0].text  # type: ignore[union-attr]
        cancelled = await client.call_tool("cancel_video", {"video_id": video})
        assert not cancelled.is_error
        ended = await client.call_tool("get_video", {"video_id": video, "wait": 60})
        assert ended.is_error
        assert "cancel" in ended.content[0].text
        listed = await client.call_tool("list_videos", {"limit": 1})
        assert listed.structured_content["data"][0]["id"] == video  # type: ignore[index]
        assert not (await client.call_tool("delete_video", {"video_id": video})).is_error
        gone = await client.call_tool("get_video", {"video_id": video})
        assert gone.is_error
        assert video in gone.content[0].text
        models = await client.call_tool("list_models", {})
        assert "sora-2" in models.content[0].text  # type: ignore[union-attr]

    with_client(f"{server.url}/mcp", use)
    assert seen


def test_paths_are_for_stdio_alone(server: Running, made: dict[str, Any], tmp_path: Path):
    path = tmp_path / "picture.png"
    path.write_bytes(picture())
    given = {**QUICK, "image": str(path)}

    async def refused(client: Client) -> None:
        result = await client.call_tool("animate_image", given)
        assert result.is_error
        assert "data URL" in result.content[0].text
        assert "save_video" not in {tool.name for tool in (await client.list_tools()).tools}

    async def taken(client: Client) -> None:
        result = await client.call_tool("animate_image", given)
        assert not result.is_error, result.content
        saved = {"video_id": made["result"].structured_content["id"], "path": str(path)}
        assert (await client.call_tool("save_video", saved)).is_error  # it exists
        saved["path"] = str(tmp_path / "clip.mp4")
        assert not (await client.call_tool("save_video", saved)).is_error

    with_client(f"{server.url}/mcp", refused)
    with_client(on_stdio("--url", server.url), taken)
    assert path.read_bytes() == picture()
    assert Clip.load(tmp_path / "clip.mp4").num_frames == 12


def test_stdio_starts_and_stops_a_server_of_its_own(tmp_path: Path):
    async def use(client: Client) -> None:
        listed = await client.call_tool("list_videos", {})
        assert listed.structured_content == {  # type: ignore[comparison-overlap]
            "object": "list",
            "data": [],
            "first_id": None,
            "last_id": None,
            "has_more": False,
        }

    with_client(on_stdio(XDG_DATA_HOME=str(tmp_path)), use)
    assert (tmp_path / "sorairo" / "jobs.db").exists()


def test_a_key_is_required_where_the_api_requires_one(tmp_path: Path):
    key = run_json(tmp_path, "keys", "create", "--name", "agent")["key"]
    with serving(tmp_path, workers=0) as running:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"accept": "application/json, text/event-stream"}
        response = httpx.post(f"{running.url}/mcp", json=message, headers=accept)
        assert response.status_code == 401

        async def use(client: Client) -> None:
            listed = await client.call_tool("list_videos", {})
            assert not listed.is_error, listed.content

        with_client(on_stdio("--url", running.url, SORAIRO_API_KEY=key), use)
