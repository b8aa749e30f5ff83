"""The MCP server: its tools and resources over one API client."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import ToolAnnotations

from sorairo import __version__
from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.arguments import path_of
from sorairo.server.mcp.creation_tools import CreationTools
from sorairo.server.mcp.library_tools import LibraryTools
from sorairo.server.mcp.media_arguments import RESOURCE_PREFIX
from sorairo.server.mcp.session import ToolSession

INSTRUCTIONS = (
    "sorairo makes and edits videos on its own machine. A video takes seconds to minutes: a tool"
    " waits for it, and if it is not finished then, call get_video with its id."
)
READ_ONLY = ToolAnnotations(read_only_hint=True)
CREATES = ToolAnnotations(read_only_hint=False, destructive_hint=False)
DESTROYS = ToolAnnotations(read_only_hint=False, destructive_hint=True)


def build_server(session: ToolSession) -> MCPServer:
    """The MCP server whose tools call the API through `session`."""
    # MCPServer sets up the root logger unless it has a handler.
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    server = MCPServer(
        "sorairo", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    creation, library = CreationTools(session), LibraryTools(session)
    annotated: dict[Callable[..., Any], ToolAnnotations] = {
        creation.generate_video: CREATES,
        creation.generate_image: CREATES,
        creation.animate_image: CREATES,
        creation.extend_video: CREATES,
        creation.edit_video: CREATES,
        creation.loop_video: CREATES,
        creation.connect_videos: CREATES,
        creation.remix_video: CREATES,
        creation.create_storyboard: CREATES,
        library.get_video: READ_ONLY,
        library.list_videos: READ_ONLY,
        library.list_models: READ_ONLY,
        library.cancel_video: DESTROYS,
        library.delete_video: DESTROYS,
    }
    if session.local_files:
        annotated[library.save_video] = CREATES
    for tool, hints in annotated.items():
        server.add_tool(tool, annotations=hints, structured_output=False)
    _add_resources(server, session)
    return server


def _add_resources(server: MCPServer, session: ToolSession) -> None:
    @server.resource(f"{RESOURCE_PREFIX}{{video_id}}/video", mime_type="video/mp4")
    async def clip(video_id: str, ctx: Context) -> bytes:
        """The clip of a finished video."""
        return await _content(ctx, video_id, "video")

    @server.resource(f"{RESOURCE_PREFIX}{{video_id}}/spritesheet", mime_type="image/jpeg")
    async def spritesheet(video_id: str, ctx: Context) -> bytes:
        """Frames of a finished video in one picture."""
        return await _content(ctx, video_id, "spritesheet")

    async def _content(ctx: Context, video_id: str, variant: str) -> bytes:
        async with session.connect(ctx) as api:
            try:
                return await api.download(f"{path_of(video_id)}/content", variant=variant)
            except ToolError as error:
                raise ResourceError(str(error)) from error


def network_session(base_url: str, key: str | None) -> ToolSession:
    """A session over the network, with one key for all calls.

    Args:
        base_url: The address of the API, which ends in /v1.
        key: The API key; None: none is sent.
    """
    headers = {"authorization": f"Bearer {key}"} if key else {}

    @asynccontextmanager
    async def connect(_ctx: Context) -> AsyncIterator[ApiClient]:
        async with httpx.AsyncClient(base_url=base_url, headers=headers) as http:
            yield ApiClient(http)

    return ToolSession(connect=connect, local_files=True)
