"""The field `storyboard`: cards in TOML or as an object, with pictures and clips."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.storyboard.bounded_toml import load_toml
from sorairo.notes import Note, within
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.references import Picture, Source, Video, VideoReference
from sorairo.server.api.fields.scalars import Schema, invalid_value
from sorairo.server.api.json_text import parse_json

FOOTAGE = ("picture", "clip")  # the keys of a card that hold a file


@dataclass(frozen=True, kw_only=True)
class CardFootage:
    """The picture or clip of a card."""

    card: int
    """The place of the card, from 0 on."""
    key: str
    """`picture` or `clip`."""
    source: Source | VideoReference
    """A file, or a finished video; of a picture, its first frame."""


@dataclass(frozen=True, kw_only=True)
class BoardFields:
    """A storyboard."""

    table: dict[str, Any]
    """Its table, whose settings are not checked yet, without the files of the cards."""
    footage: tuple[CardFootage, ...] = ()
    """The files of the cards, in their order."""


@dataclass(frozen=True)
class StoryboardTable:
    """Cards, in TOML, in JSON, or as an object."""

    def parse(self, value: Any, name: str) -> BoardFields:
        """The storyboard. Raises ApiError."""
        if isinstance(value, str):
            value = _board_of_text(value, name)
        if not isinstance(value, dict):
            raise invalid_type(name, "an object", value)
        if value.get("character"):
            message = Note(
                f"'{name}' names files of characters: send kept ones as 'characters'.",
                "board_characters",
            )
            raise invalid_value(f"{name}.character", message)
        cards = value.get("card")
        if not isinstance(cards, list):
            return BoardFields(table=value)
        footage = [each for i, card in enumerate(cards) for each in _footage(card, i, name)]
        plain = [
            {key: each for key, each in card.items() if key not in FOOTAGE}
            if isinstance(card, dict)
            else card
            for card in cards
        ]
        return BoardFields(table={**value, "card": plain}, footage=tuple(footage))

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "string"}, {"type": "object"}]}


@dataclass(frozen=True)
class BoardText:
    """The text of the TOML file of a storyboard."""

    def parse(self, value: Any, name: str) -> dict[str, Any]:
        """Its table. Raises ApiError."""
        found = _board_of_text(value, name) if isinstance(value, str) else value
        if not isinstance(found, dict):
            raise invalid_type(name, "a string", value)
        try:
            json.dumps(found, allow_nan=False)
        except (TypeError, ValueError) as error:
            message = Note(
                f"'{name}' has a date or a number without end: write plain numbers.", "board_values"
            )
            raise invalid_value(name, message) from error
        return found

    def schema(self) -> Schema:
        return {"type": "string"}


def _footage(card: Any, number: int, name: str) -> Iterator[CardFootage]:
    if not isinstance(card, Mapping):
        return
    given = [key for key in FOOTAGE if card.get(key) is not None]
    if len(given) > 1:
        message = Note(
            f"Card {number + 1} has a picture and a clip: make two cards of it.",
            "card_picture_and_clip",
            card=number + 1,
        )
        raise invalid_value(name, message)
    for key in given:
        path = f"{name}.card[{number}].{key}"
        sent = card[key]
        is_id = isinstance(sent, Mapping) and ({"id", "video_id"} & set(sent))
        if isinstance(sent, str) and not sent.startswith(("data:", "video_", "file-")):
            message = Note(
                f"'{path}' names a file: send it as an object with `image_url` (a data URL),"
                " `file_id`, or the `id` of a finished video.",
                "board_names_file",
                card=number + 1,
            )
            raise invalid_value(path, message)
        kind = Video() if key == "clip" or is_id or str(sent).startswith("video_") else Picture()
        yield CardFootage(card=number, key=key, source=kind.parse(sent, path))


def _board_of_text(text: str, name: str) -> Any:
    if text.lstrip().startswith("{"):
        return parse_json(text.encode("utf-8", "surrogatepass"), name)
    try:
        return load_toml(text)
    except RequestError as error:
        raise invalid_value(name, within(f"'{name}' cannot be read as TOML: ", error)) from error
