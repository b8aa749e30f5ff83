"""The messages that a player's page sends, as commands to the process of the session."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sorairo.errors import RequestError, unknown_name
from sorairo.play.facts import MODES, PlayableFacts
from sorairo.play.session_limits import MAX_PROMPT, MAX_SEED

MAX_TEXT = 4096  # characters of a message


@dataclass(frozen=True, kw_only=True)
class PlayCommand:
    """One command."""

    id: int | None = None
    """What the page calls it; the answer repeats it."""
    words: Mapping[str, Any] = field(default_factory=dict)
    """The command, as `server.worker.play_main` reads it."""
    picture: bytes = b""
    """A frame to start from."""


def command_of(text: str | None, data: bytes | None, facts: PlayableFacts) -> PlayCommand:
    """The command of a message: JSON with a `type`, or the bytes of a frame to start from. Raises
    SorairoError."""
    if text is None:
        size = 3 * facts.side**2
        if data is None or len(data) != size:
            raise RequestError(
                f"A picture to start from has {facts.side}x{facts.side} pixels as RGB,"
                f" {size} bytes."
            )
        return PlayCommand(words={"do": "start"}, picture=data)
    message = read_object(text)
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        raise unknown_name("type of message", str(kind)[:40], _READERS)
    number = message.get("id")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise RequestError("The id of a message is a whole number.")
    return PlayCommand(id=number, words={"do": kind, **_READERS[kind](message, facts)})


def read_object(text: str) -> dict[str, Any]:
    """The object that a message is. Raises RequestError."""
    try:
        message = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise RequestError(f"A message is a JSON object of at most {MAX_TEXT} characters.")
    return message


def _step(message: Mapping[str, Any], facts: PlayableFacts) -> dict[str, Any]:
    action = message.get("action")
    if not isinstance(action, str) or action not in facts.actions:
        raise unknown_name("action", str(action)[:40], facts.actions)
    return {"action": action}


def _start(message: Mapping[str, Any], facts: PlayableFacts) -> dict[str, Any]:
    seed = message.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise RequestError(f"The seed of a world is a whole number from 0 to {MAX_SEED}.")
    return {"seed": seed, **_prompt(message, facts)}


def _prompt(message: Mapping[str, Any], _facts: PlayableFacts) -> dict[str, Any]:
    prompt = message.get("prompt", "")
    if not isinstance(prompt, str) or len(prompt) > MAX_PROMPT:
        raise RequestError(f"A prompt of play is a text of at most {MAX_PROMPT} characters.")
    return {"prompt": prompt.encode("utf-8", "replace").decode()}


def _mode(message: Mapping[str, Any], _facts: PlayableFacts) -> dict[str, Any]:
    mode = message.get("mode")
    if not isinstance(mode, str) or mode not in MODES:
        raise unknown_name("mode of play", str(mode)[:40], MODES)
    return {"mode": mode}


def _look(_message: Mapping[str, Any], _facts: PlayableFacts) -> dict[str, Any]:
    return {}


_READERS: Mapping[str, Callable[[Mapping[str, Any], PlayableFacts], dict[str, Any]]] = {
    "step": _step,
    "start": _start,
    "prompt": _prompt,
    "mode": _mode,
    "look": _look,
}
