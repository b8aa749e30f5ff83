"""What tools respond with: a sentence, the Video object, links to files, and a small preview."""

from __future__ import annotations

import base64
import io
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ContentBlock, ImageContent, ResourceLink, TextContent
from PIL import Image

from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.media_arguments import RESOURCE_PREFIX

PREVIEW_PIXELS = 512  # the longer side of a preview
LINKS = {  # the variants that are linked, with media type and description
    "video": ("video/mp4", "The clip"),
    "spritesheet": ("image/jpeg", "Frames of the clip"),
}


async def video_result(api: ApiClient, video: dict[str, Any]) -> CallToolResult:
    """The result of a tool for a Video object; with links and a preview if it is finished.

    Raises ToolError if the video has failed.
    """
    if video["status"] == "failed":
        error = video.get("error") or {}
        raise ToolError(f"{video['id']} has failed: {error.get('message', 'no reason is known')}")
    blocks: list[ContentBlock] = [TextContent(type="text", text=summary(video))]
    if video.get("url"):  # not where its files have expired
        blocks += [_link(video["id"], variant) for variant in LINKS]
        sheet = await api.download(f"videos/{video['id']}/content", variant="spritesheet")
        blocks.append(preview(sheet))
    return CallToolResult(content=blocks, structured_content=video)


def summary(video: dict[str, Any]) -> str:
    """One or two sentences about a Video object."""
    what = f"{video['id']}: {video['size']}, {video['seconds']} s, seed {video.get('seed')}"
    if video["status"] == "completed":
        url = f"Download: {video['url']}" if video.get("url") else "Its files have been deleted."
        return f"{what}, completed. {url}"
    if video["status"] == "failed":
        return f"{what}, failed: {(video.get('error') or {}).get('message', '')}"
    wait = video.get("estimated_seconds")
    soon = f" It takes about {wait:.0f} s more." if wait else ""
    return (
        f"{what}, {video['status']} ({video['progress']} %).{soon}"
        f" Call get_video with this id until it is completed."
    )


def _link(video_id: str, variant: str) -> ResourceLink:
    media_type, description = LINKS[variant]
    return ResourceLink(
        type="resource_link",
        name=f"{video_id}/{variant}",
        uri=f"{RESOURCE_PREFIX}{video_id}/{variant}",
        description=description,
        mime_type=media_type,
    )


def preview(picture: bytes) -> ImageContent:
    """A picture as JPEG of at most PREVIEW_PIXELS x PREVIEW_PIXELS."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as image:
        small = image.convert("RGB")
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    small.save(file, "JPEG", quality=80)
    data = base64.b64encode(file.getvalue()).decode()
    return ImageContent(type="image", data=data, mime_type="image/jpeg")
