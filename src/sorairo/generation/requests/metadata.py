"""Requests of any type, read from JSON and from the comments of clips. No torch."""

from __future__ import annotations

import json
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


CUT = "cut"  # a fact in the comment of a clip that was cut from others: its request is the first's


def is_cut(clip: Clip) -> bool:
    """Whether a clip was cut from others, so that the request it holds does not make it again."""
    return bool(read_record(clip.metadata.get("comment", "")).get(CUT))


def cut_comment(comment: str) -> str:
    """The comment of a clip that is cut from one with this comment."""
    record = read_record(comment)
    return json.dumps({**record, CUT: True}, ensure_ascii=False, sort_keys=True) if record else ""


def request_of(clip: Clip) -> Request | None:
    """The request that a clip was made from, or the first of those that it was cut from; None where
    it holds none that can be read."""
    try:
        return read_comment(clip.metadata.get("comment", ""))
    except SorairoError:
        return None
