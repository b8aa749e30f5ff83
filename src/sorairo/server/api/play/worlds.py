"""The worlds that can be played on this server."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from sorairo.models import hub
from sorairo.play.facts import CRAFTER, PlayableFacts, playable
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.scalars import invalid_value
from sorairo.server.play.sessions import PlaySessions

LIBRARIES = ("crafter", "websockets")
DEFAULT = CRAFTER


def can_play() -> bool:
    """Whether the libraries that playing needs are installed."""
    return all(find_spec(name) is not None for name in LIBRARIES)


def worlds(sessions: PlaySessions) -> dict[str, PlayableFacts]:
    """The worlds by name, first the one that the server was started with."""
    if not can_play():
        return {}
    found, first = playable(hub.list_models()), sessions.world
    chosen = first if first is not None else found[DEFAULT]
    others = {name: each for name, each in found.items() if name != chosen.name}
    return {chosen.name: chosen, **others}


def world_named(sessions: PlaySessions, name: str | None) -> PlayableFacts:
    """The world of a name, by default the first. Raises ApiError."""
    if not can_play():
        message = "This server has no worlds to play in: pip install 'sorairo[play]', then restart."
        raise ApiError(404, message, param="world", code="not_found")
    found = worlds(sessions)
    name = next(iter(found)) if name is None else name
    if name not in found:
        raise invalid_value("world", f"There is no world '{name[:40]}': choose {', '.join(found)}.")
    return found[name]


def described(facts: PlayableFacts) -> dict[str, Any]:
    """A world as JSON."""
    columns, rows = facts.map_size
    return {
        "id": facts.name,
        "object": "play.world",
        "modes": list(facts.modes),
        "actions": list(facts.actions),
        "items": list(facts.items),
        "side": facts.side,
        "tile": facts.tile,
        "columns": columns,
        "rows": rows,
        "fps": facts.fps,
    }
