"""The request that lies in a clip, of whatever kind. No torch."""

from __future__ import annotations

from sorairo.errors import RequestError, SorairoError
from sorairo.generation.requests.base import GenerateRequest, ImageRequest, Request, read_record
from sorairo.generation.requests.media import (
    AnimateRequest,
    CastRequest,
    ConnectRequest,
    EditRequest,
    ExtendRequest,
    LoopRequest,
)
from sorairo.generation.requests.storyboard import Storyboard
from sorairo.video import Clip

KINDS: dict[str, type[Request]] = {
    kind.command: kind
    for kind in (
        GenerateRequest,
        ImageRequest,
        AnimateRequest,
        CastRequest,
        ExtendRequest,
        LoopRequest,
        ConnectRequest,
        EditRequest,
        Storyboard,
    )
}


def read_comment(comment: str) -> Request:
    """The request in the `comment` of a clip that sorairo made. Raises RequestError, ConfigError
    and UnknownNameError."""
    kind = KINDS.get(str(read_record(comment).get("sorairo")))
    if kind is None:
        raise RequestError("There is no request of sorairo's in it.")
    return kind.from_comment(comment)


def request_of(clip: Clip) -> Request | None:
    """The request that a clip was made from; None where it holds none that can be read."""
    try:
        return read_comment(clip.metadata.get("comment", ""))
    except SorairoError:
        return None
