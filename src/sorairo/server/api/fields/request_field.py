"""What the table of fields says about one field, and the routes that take fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sorairo.generation.requests.limits import Limits
from sorairo.server.api.fields.scalars import FieldType


class Endpoint(StrEnum):
    """The routes that take a body."""

    CREATE = "POST /v1/videos"
    SYNC = "POST /v1/videos/sync"
    EDIT = "POST /v1/videos/edits"
    EXTEND = "POST /v1/videos/extensions"
    LOOP = "POST /v1/videos/loops"
    CONNECT = "POST /v1/videos/connections"
    REMIX = "POST /v1/videos/{video_id}/remix"
    RETRY = "POST /v1/videos/{video_id}/retry"
    CHARACTER = "POST /v1/videos/characters"
    FILE = "POST /v1/files"
    BATCH = "POST /v1/batches"
    IMAGE = "POST /v1/images/generations"
    IMAGE_EDIT = "POST /v1/images/edits"
    LABELS = "POST /v1/videos/labels"
    TRASH = "POST /v1/videos/trash"
    RESTORE = "POST /v1/videos/restore"
    EXPORT = "POST /v1/videos/export"
    CUT = "POST /v1/videos/cuts"
    FILM = "POST /v1/videos/films"
    IMPORT = "POST /v1/videos/imports"
    IMPORT_PLAN = "POST /v1/videos/imports/plan"
    PLAY = "POST /v1/play/sessions"
    BOARD_READING = "POST /v1/storyboards/readings"
    READING = "POST /v1/prompts/readings"
    KEY = "POST /v1/keys"
    # Routes of other services; see `dialects`.
    XAI = "POST /v1/videos/generations"
    TASK = "POST /v1/video/generations"
    AZURE_JOB = "POST /v1/video/generations/jobs"


IMAGING = frozenset({Endpoint.IMAGE, Endpoint.IMAGE_EDIT})
MANY_AT_ONCE = frozenset({Endpoint.CREATE, Endpoint.AZURE_JOB})
ONE_AT_ONCE = frozenset({Endpoint.SYNC, Endpoint.XAI, Endpoint.TASK})
CREATING = MANY_AT_ONCE | ONE_AT_ONCE
BRIDGING = frozenset({Endpoint.LOOP, Endpoint.CONNECT})
CHANGING = BRIDGING | {Endpoint.EDIT, Endpoint.EXTEND}
SAMPLING = CREATING | CHANGING | {Endpoint.REMIX}
SIZED = CREATING | {Endpoint.REMIX}


@dataclass(frozen=True, kw_only=True)
class RequestField:
    """A field of a body. Null means that it is absent, for every field."""

    name: str
    """Its name in the API."""
    type: FieldType
    """Parses it."""
    description: str
    """What it does, and what it is by default."""
    endpoints: frozenset[Endpoint]
    """The routes that take it."""
    required_by: frozenset[Endpoint] = frozenset()
    """The routes that need it."""
    aliases: tuple[str, ...] = ()
    """What other servers and clients call it."""
    check: Callable[[Any, Limits], None] | None = None
    """Raises RequestError if the model cannot do it."""
    ignores: frozenset[str] = frozenset()
    """Values that other services take and that can do nothing here: the response names the
    field."""
    parameter: str = ""
    """The parameter of a generation request that it sets directly, if there is one."""
    file: bool = False
    """Whether a form may send it as a file."""
    keeps_blank: bool = False
    """Whether a blank text is checked like any other; else it is absent."""
