"""Tools that create a video or an image."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ContentBlock, TextContent
from pydantic import Field

from sorairo.server.mcp.arguments import (
    DEFAULT_WAIT,
    Card,
    Picture,
    Prompt,
    Seconds,
    Seed,
    Size,
    Video,
    VideoId,
    Wait,
    path_of,
)
from sorairo.server.mcp.results import preview
from sorairo.server.mcp.session import MAX_WAIT, ToolSession


class CreationTools:
    """One public method for each tool; the docstring's first lines are the tool's description."""

    def __init__(self, session: ToolSession) -> None:
        """`session` connects to the API."""
        self.session = session

    async def generate_video(
        self,
        ctx: Context,
        prompt: Prompt,
        seconds: Seconds = None,
        size: Size = None,
        seed: Seed = None,
        loop: Annotated[bool, Field(description="Loop without a visible seam.")] = False,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Create a video from a text."""
        fields = {"prompt": prompt, "seconds": seconds, "size": size, "seed": seed}
        if loop:
            fields["loop"] = True
        return await self.session.create(ctx, "videos", fields, wait=wait)

    async def generate_image(
        self, ctx: Context, prompt: Prompt, size: Size = None, seed: Seed = None
    ) -> CallToolResult:
        """Create a picture from a text."""
        fields: dict[str, Any] = {"prompt": prompt, "size": size, "seed": seed}
        async with self.session.connect(ctx) as api:
            # the answer comes when the picture is finished, after the jobs before it
            asked = {**fields, "response_format": "b64_json"}
            image = await api.post("images/generations", asked, seconds=MAX_WAIT)
        data = base64.b64decode(image["data"][0]["b64_json"])
        blocks: list[ContentBlock] = [TextContent(type="text", text=f"A picture: {prompt}")]
        described = {"created": image["created"], "prompt": prompt, "bytes": len(data)}
        return CallToolResult(content=[*blocks, preview(data)], structured_content=described)

    async def animate_image(
        self,
        ctx: Context,
        image: Picture,
        prompt: Prompt,
        seconds: Seconds = None,
        size: Size = None,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Create a video that begins with a picture."""
        media = self.session.media()
        media.picture("input_reference", image)
        own = {"prompt": prompt, "seconds": seconds, "size": size, "seed": seed}
        fields = {**own, **media.fields}
        return await self.session.create(ctx, "videos", fields, files=media.files, wait=wait)

    async def extend_video(
        self,
        ctx: Context,
        video: Video,
        prompt: Prompt,
        seconds: Annotated[float, Field(description="How many seconds to add.", gt=0)] = 4.0,
        backward: Annotated[
            bool, Field(description="Add them before the beginning, not after the end.")
        ] = False,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Continue a video after its end, or before its beginning."""
        media = self.session.media()
        media.video("video", video)
        fields = {"prompt": prompt, "seconds": seconds, "seed": seed, **media.fields}
        if backward:
            fields["direction"] = "backward"
        path = "videos/extensions"
        return await self.session.create(ctx, path, fields, files=media.files, wait=wait)

    async def edit_video(
        self,
        ctx: Context,
        video: Video,
        prompt: Prompt,
        strength: Annotated[
            float | None, Field(description="From 0 (as it is) to 1 (made anew).", ge=0, le=1)
        ] = None,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Change a video so that it shows another prompt, keeping its motion."""
        media = self.session.media()
        media.video("video", video)
        fields = {"prompt": prompt, "strength": strength, "seed": seed, **media.fields}
        path = "videos/edits"
        return await self.session.create(ctx, path, fields, files=media.files, wait=wait)

    async def loop_video(
        self,
        ctx: Context,
        video: Video,
        prompt: Prompt,
        seconds: Annotated[float, Field(description="Length of the added bridge.", gt=0)] = 2.0,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Add a bridge from the end of a video to its beginning, so that it loops."""
        media = self.session.media()
        media.video("video", video)
        fields = {"prompt": prompt, "seconds": seconds, "seed": seed, **media.fields}
        path = "videos/loops"
        return await self.session.create(ctx, path, fields, files=media.files, wait=wait)

    async def connect_videos(
        self,
        ctx: Context,
        video: Video,
        next_video: Video,
        prompt: Prompt,
        seconds: Annotated[float, Field(description="Length of the bridge.", gt=0)] = 2.0,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Connect two videos: the first, a generated bridge, the second."""
        media = self.session.media()
        media.video("video", video)
        media.video("next_video", next_video)
        fields = {"prompt": prompt, "seconds": seconds, "seed": seed, **media.fields}
        path = "videos/connections"
        return await self.session.create(ctx, path, fields, files=media.files, wait=wait)

    async def remix_video(
        self, ctx: Context, video_id: VideoId, prompt: Prompt, wait: Wait = DEFAULT_WAIT
    ) -> CallToolResult:
        """Create a video like a finished one, with its seed and settings, from another prompt."""
        path = f"{path_of(video_id)}/remix"
        return await self.session.create(ctx, path, {"prompt": prompt}, wait=wait)

    async def create_storyboard(
        self,
        ctx: Context,
        cards: Annotated[list[Card], Field(description="The shots, in order.", min_length=1)],
        seconds: Seconds = None,
        size: Size = None,
        seed: Seed = None,
        wait: Wait = DEFAULT_WAIT,
    ) -> CallToolResult:
        """Create a video of several shots."""
        board = {"card": [card.model_dump(exclude_none=True) for card in cards]}
        fields = {"storyboard": board, "seconds": seconds, "size": size, "seed": seed}
        return await self.session.create(ctx, "videos", fields, wait=wait)
