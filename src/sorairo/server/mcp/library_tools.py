"""Tools for the videos that exist: status, list, cancel, delete, save; and the models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent
from pydantic import Field

from sorairo.server.mcp.arguments import VideoId, Wait, path_of
from sorairo.server.mcp.results import summary, video_result
from sorairo.server.mcp.session import ToolSession, wait_for_video


class LibraryTools:
    """One public method for each tool; the docstring's first lines are the tool's description."""

    def __init__(self, session: ToolSession) -> None:
        """`session` connects to the API."""
        self.session = session

    async def get_video(self, ctx: Context, video_id: VideoId, wait: Wait = 0) -> CallToolResult:
        """The status of a video; if it is finished, links to its files and a preview."""
        async with self.session.connect(ctx) as api:
            video = await api.get(path_of(video_id))
            return await video_result(api, await wait_for_video(api, video, ctx, wait))

    async def list_videos(
        self,
        ctx: Context,
        limit: Annotated[int, Field(description="How many.", ge=1, le=100)] = 20,
        after: Annotated[str | None, Field(description="Continue after this id.")] = None,
        order: Literal["desc", "asc"] = "desc",
    ) -> CallToolResult:
        """The videos, newest first by default."""
        query = {"limit": limit, "order": order, **({"after": after} if after else {})}
        async with self.session.connect(ctx) as api:
            page = await api.get("videos", **query)
        lines = [f"{summary(video)} Prompt: {video['prompt']}" for video in page["data"]]
        if page["has_more"]:
            lines.append(f"There are more: call list_videos with after={page['last_id']}.")
        return _text("\n".join(lines) or "There are no videos yet.", page)

    async def cancel_video(self, ctx: Context, video_id: VideoId) -> CallToolResult:
        """Stop a video that is queued or being made."""
        async with self.session.connect(ctx) as api:
            video = await api.post(f"{path_of(video_id)}/cancel", {})
        return _text(summary(video), video)

    async def delete_video(self, ctx: Context, video_id: VideoId) -> CallToolResult:
        """Delete a video and its files."""
        async with self.session.connect(ctx) as api:
            deleted = await api.delete(path_of(video_id))
        return _text(f"{video_id} is deleted.", deleted)

    async def list_models(self, ctx: Context) -> CallToolResult:
        """The names of the models, for a request to the HTTP API."""
        async with self.session.connect(ctx) as api:
            models = await api.get("models")
        return _text("\n".join(model["id"] for model in models["data"]), models)

    async def save_video(
        self,
        ctx: Context,
        video_id: VideoId,
        path: Annotated[str, Field(description="Where to write the MP4 file: absolute.")],
    ) -> CallToolResult:
        """Write the clip of a finished video to a file on this machine. Never overwrites one."""
        target = Path(path).expanduser()
        if not target.is_absolute():
            raise ToolError(f"'{path}' is not absolute: give the whole path of the file.")
        async with self.session.connect(ctx) as api:
            clip = await api.download(f"{path_of(video_id)}/content")
        try:
            with target.open("xb") as file:
                file.write(clip)
        except FileExistsError as error:
            raise ToolError(f"{target} exists: choose another name.") from error
        except OSError as error:
            target.unlink(missing_ok=True)
            raise ToolError(f"{target} cannot be written: {error.strerror}.") from error
        return _text(f"Saved as {target}.", {"path": str(target)})


def _text(text: str, structured: dict[str, object]) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=structured
    )
