"""Requests of any type, read from JSON and from the comments of clips. No torch."""

from __future__ import annotations

from typing import Any

from sorairo.errors import RequestError, SorairoError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request, from_stored, read_record
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.notes import Note
from sorairo.video import Clip

REQUEST_TYPES: dict[str, type[Request]] = {
    each.command: each
    for each in (
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
"""The type of a request by its command."""


def request_from_json(command: Any, record: Any) -> Request:
    """The request of a command from the JSON of its fields. Raises RequestError, ConfigError and
    UnknownNameError."""
    found = REQUEST_TYPES.get(str(command))
    if found is None:
        raise RequestError(Note("No sorairo request is stored here.", "no_recipe"))
    return from_stored(found, record)


def read_comment(comment: str) -> Request:
    """The request in the `comment` of a clip that sorairo made. Raises RequestError, ConfigError
    and UnknownNameError."""
    record = read_record(comment)
    return request_from_json(record.get("sorairo"), record.get("request"))


def request_of(clip: Clip) -> Request | None:
    """The request that a clip was made from; None where it holds none that can be read."""
    try:
        return read_comment(clip.metadata.get("comment", ""))
    except SorairoError:
        return None
