"""The fields of requests that begin a session of play."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sorairo.errors import unknown_name
from sorairo.play.facts import MODES
from sorairo.play.session_limits import MAX_PROMPT, MAX_SEED
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Number, Schema, Text, invalid_value

PLAY = frozenset({Endpoint.PLAY})


@dataclass(frozen=True)
class Mode:
    """Who draws the frames."""

    def parse(self, value: Any, name: str) -> str:
        """The mode. Raises ApiError."""
        if not isinstance(value, str):
            raise invalid_type(name, "a string", value)
        if value not in MODES:
            raise invalid_value(name, str(unknown_name("mode of play", value[:40], MODES)))
        return value

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(MODES)}


PLAY_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="world",
        type=Text(max_length=64, strict=True),
        description="The world, one of those that `GET /v1/play/worlds` lists. Default: crafter.",
        endpoints=PLAY,
    ),
    RequestField(
        name="mode",
        type=Mode(),
        description="Who draws the frames: a network alone (dream), a network from what the rules"
        " say (anchored), or the game itself (simulator). Default: the first one that the world"
        " has.",
        endpoints=PLAY,
    ),
    RequestField(
        name="seed",
        type=Number(low=0, high=MAX_SEED, whole=True, example="3"),
        description="The land. Default: a random one.",
        endpoints=PLAY,
    ),
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT),
        description="Where and when it begins, such as 'a forest at night'.",
        endpoints=PLAY,
    ),
)
