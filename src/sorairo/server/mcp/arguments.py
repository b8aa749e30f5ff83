"""The types of arguments that several tools have in common, with their descriptions."""

from __future__ import annotations

import re
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

Prompt = Annotated[str, Field(description="What the video shows, in English or Chinese.")]
Seconds = Annotated[
    float | None, Field(description="The length in seconds. Default: the server's.", gt=0)
]
Size = Annotated[
    str | None, Field(description="WIDTHxHEIGHT in pixels, for example 1280x720 or 512x512.")
]
Seed = Annotated[int | None, Field(description="A number that makes the result repeatable.")]
Picture = Annotated[
    str, Field(description="A data URL, the id of a file, or (on stdio) an absolute path.")
]
Video = Annotated[
    str, Field(description="The id of a finished video, or (on stdio) an absolute path.")
]
VideoId = Annotated[str, Field(description="The id of a video, such as video_0123abcd.")]
Wait = Annotated[
    float,
    Field(
        description="Wait at most so many seconds for the result; after that, call get_video.",
        ge=0,
        le=600,
    ),
]
DEFAULT_WAIT = 45.0  # seconds; clients give up on a call after 60


_ID = re.compile(r"(?:video|image)_\w{1,80}", re.ASCII)


def path_of(video_id: str) -> str:
    """The path of a video in the API. Raises ToolError for what is no id: it could be the path of
    something else."""
    if not _ID.fullmatch(video_id):
        raise ToolError(f"'{video_id[:80]}' is not the id of a video, such as video_0123abcd.")
    return f"videos/{video_id}"


class Card(BaseModel):
    """One shot of a storyboard."""

    prompt: str = Field(description="What this shot shows.")
    seconds: float | None = Field(
        default=None, description="Its length. Default: an even share of the whole.", gt=0
    )
    cut: bool = Field(
        default=True, description="False: continue the shot before, with a gradual change."
    )
