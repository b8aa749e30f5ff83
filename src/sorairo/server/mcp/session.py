"""What the tools of one server share: the API client of a call, and waiting for a video."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult

from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.media_arguments import MediaArguments
from sorairo.server.mcp.results import video_result

POLL_INTERVAL = 0.5  # seconds
MAX_WAIT = 600.0  # seconds
ENDED = ("completed", "failed")


@dataclass(frozen=True, kw_only=True)
class ToolSession:
    """The API client and the settings of all tools of a server."""

    connect: Callable[[Context], AbstractAsyncContextManager[ApiClient]]
    """Opens an API client with the key of the caller."""
    local_files: bool
    """Whether arguments may be paths on this machine, as for a server on stdio."""

    def media(self) -> MediaArguments:
        """An empty set of media arguments for one call."""
        return MediaArguments(local_files=self.local_files)

    async def create(
        self,
        ctx: Context,
        path: str,
        fields: dict[str, Any],
        *,
        wait: float,
        files: dict[str, Path] | None = None,
    ) -> CallToolResult:
        """Posts a request for a video, and waits for it up to `wait` seconds. Raises ToolError."""
        async with self.connect(ctx) as api:
            video = await api.post(path, fields, files)
            return await video_result(api, await wait_for_video(api, video, ctx, wait))


async def wait_for_video(
    api: ApiClient, video: dict[str, Any], ctx: Context, seconds: float
) -> dict[str, Any]:
    """The Video object when the video has ended, or after some seconds; reports progress."""
    end = time.monotonic() + min(seconds, MAX_WAIT)
    while video["status"] not in ENDED:
        await ctx.report_progress(video["progress"], 100, video["status"])
        if time.monotonic() >= end:
            break
        await anyio.sleep(min(POLL_INTERVAL, max(end - time.monotonic(), 0)))
        video = await api.get(f"videos/{video['id']}")
    return video
