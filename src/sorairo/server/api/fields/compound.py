"""Fields that hold several values: keyframes, characters, storyboards, LoRAs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.models.lora.choices import MOST, MOST_WEIGHT, lora_names, parse_lora
from sorairo.notes import Note, sentence_of
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.fields.references import (
    DATA_KEYS,
    DATA_URL,
    DESCRIBING,
    MAX_DATA_URL_LENGTH,
    URL_KEYS,
    Picture,
    Source,
    Video,
    VideoReference,
)
from sorairo.server.api.fields.scalars import Number, Schema, Text, invalid_value, unknown_parameter
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.uploaded_file import Upload

MAX_ID_LENGTH = 200
TIME = Number(example="1.5")
STRENGTH = Number(example="0.5")
LORA_NAME, LORA_WEIGHT = (
    Text(max_length=200),
    Number(low=-MOST_WEIGHT, high=MOST_WEIGHT, example="0.8"),
)
_PICTURE_KEYS = ("file", "image", "input_reference")
_CONDITION_KEYS = ("time", "strength", *_PICTURE_KEYS, "id", "video_id", *URL_KEYS, *DATA_KEYS)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A keyframe."""

    time: float
    """When it is shown, in seconds."""
    strength: float
    """How closely it is shown; 1 is exactly."""
    picture: Source | VideoReference
    """What is shown: a picture, or the first frame of a finished video."""


@dataclass(frozen=True)
class Conditions:
    """Keyframes."""

    most: int
    """How many a request may have."""

    def parse(self, value: Any, name: str) -> tuple[Condition, ...]:
        """The keyframes. Raises ApiError."""
        found = elements_of(value, name, self.most)
        return tuple(_condition(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        described = {
            "time": {**TIME.schema(), "description": "When the picture is shown, in seconds."},
            "strength": {
                **STRENGTH.schema(),
                "description": "1 shows it exactly, less uses it as a hint.",
            },
            "image_url": {
                "type": "string",
                "maxLength": MAX_DATA_URL_LENGTH,
                "description": DATA_URL,
            },
            "id": {
                "type": "string",
                "description": "The id of a finished video, whose first frame is shown.",
            },
        }
        items = {"type": "object", "properties": described}
        return {"type": "array", "maxItems": self.most, "items": items}


def _condition(value: Any, name: str) -> Condition:
    if not isinstance(value, Mapping):
        raise invalid_type(name, "an object", value)
    given = {str(key): each for key, each in value.items() if each is not None}
    for key in given:
        if key not in _CONDITION_KEYS and key not in DESCRIBING | {"file_id"}:
            raise unknown_parameter(f"{name}.{key[:80]}", _CONDITION_KEYS)
    time = TIME.parse(given.pop("time", 0.0), f"{name}.time")
    strength = STRENGTH.parse(given.pop("strength", 1.0), f"{name}.strength")
    if not given:
        message = Note(
            f"'{name}' needs 'file', 'image_url' or the 'id' of a video.",
            "missing_parameter",
            name=name,
        )
        raise invalid_value(name, message)
    key = next(iter(given))
    if key in _PICTURE_KEYS and len(given) == 1:
        picture = Picture().parse(given[key], f"{name}.{key}")
    elif "id" in given or "video_id" in given:
        picture = Video().parse(given, name)
    else:
        picture = Picture().parse(given, name)
    return Condition(time=time, strength=strength, picture=picture)


@dataclass(frozen=True)
class Curve:
    """Numbers from 0 to 1 at equal distances."""

    most: int
    """How many there may be."""

    def parse(self, value: Any, name: str) -> tuple[float, ...]:
        """The numbers. Raises ApiError."""
        found = parse_json(value.encode(), name) if isinstance(value, str) else value
        if not isinstance(found, list):
            raise invalid_type(name, "an array of numbers", value)
        if not 2 <= len(found) <= self.most:
            message = Note(
                f"'{name}' must have 2 to {self.most} numbers, not {len(found)}.", "curve"
            )
            raise invalid_value(name, message)
        share = Number(low=0, high=1)
        return tuple(share.parse(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        number = {"type": "number", "minimum": 0, "maximum": 1}
        return {"type": "array", "items": number, "minItems": 2, "maxItems": self.most}


@dataclass(frozen=True)
class Pictures:
    """Several pictures."""

    most: int
    """How many a request may have."""

    def parse(self, value: Any, name: str) -> tuple[Source, ...]:
        """The pictures. Raises ApiError."""
        found = [value] if isinstance(value, Upload) else elements_of(value, name, self.most)
        return tuple(Picture().parse(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        return {"type": "array", "maxItems": self.most, "items": Picture().schema()}


@dataclass(frozen=True)
class CharacterIds:
    """The ids of characters."""

    most: int
    """How many a request may have."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The ids. Raises ApiError."""
        found = elements_of(value, name, self.most)
        return tuple(_character(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        id_of = {"type": "string", "description": "The id of a character."}
        items = {"type": "object", "properties": {"id": id_of}, "required": ["id"]}
        return {"type": "array", "maxItems": self.most, "items": items}


def _character(value: Any, name: str) -> str:
    path = name
    if isinstance(value, Mapping):
        path = f"{name}.id"
        for key in value:
            if key != "id" and value[key] is not None:
                raise unknown_parameter(f"{name}.{key[:80]}", ["id"])
        value = value.get("id")
        if value is None:
            raise invalid_value(
                path,
                Note(f"Missing required parameter: '{path}'.", "missing_parameter", name=path),
                MISSING,
            )
    return Text(max_length=MAX_ID_LENGTH, strict=True).parse(value, path)


MISSING = "missing_required_parameter"


def elements_of(value: Any, name: str, most: int) -> list[Any]:
    """The elements of a list, which may be JSON in a form's text, or a single object."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        value = parse_json(value.encode("utf-8", "surrogatepass"), name)
    if isinstance(value, Mapping) and value and all(str(key).isdecimal() for key in value):
        value = list(value.values())  # a form with the keys characters[0][id], characters[1][id]
    if isinstance(value, Mapping | str) and value:
        value = [value]
    if not isinstance(value, list):
        raise invalid_type(name, "an array", value)
    if len(value) > most:
        raise too_many(name, len(value), most)
    return value


def too_many(name: str, entries: int, most: int) -> ApiError:
    """The error for a list with too many entries."""
    message = Note(
        f"'{name}' has {entries} entries: at most {most} are allowed.",
        "too_many_entries",
        name=name,
        entries=entries,
        most=most,
    )
    return invalid_value(name, message)


@dataclass(frozen=True)
class Loras:
    """Names of installed LoRAs and their weights. Paths are not accepted: clients name no files of
    the server."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """NAME:WEIGHT of each. Raises ApiError."""
        found = elements_of(value, name, MOST)
        return tuple(_lora(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        described = {
            "name": {**LORA_NAME.schema(), "description": "The name of an installed LoRA."},
            "weight": {
                **LORA_WEIGHT.schema(),
                "description": "How strongly it counts. Default: 1.",
            },
        }
        entry = {"type": "object", "properties": described, "required": ["name"]}
        items = {"anyOf": [LORA_NAME.schema(), entry]}
        return {"type": "array", "maxItems": MOST, "items": items}


def _lora(value: Any, name: str) -> str:
    if isinstance(value, Mapping):
        lora = LORA_NAME.parse(value.get("name"), f"{name}.name")
        weight = LORA_WEIGHT.parse(value.get("weight", 1.0), f"{name}.weight")
    elif isinstance(value, str):
        try:
            lora, weight = parse_lora(LORA_NAME.parse(value, name))
        except RequestError as error:
            raise invalid_value(name, sentence_of(error)) from error
    else:
        raise invalid_type(name, "a name, or an object with a name and a weight", value)
    installed = lora_names()
    if lora not in installed:
        choices = f"choose {', '.join(installed)}" if installed else "none is installed"
        raise invalid_value(
            name,
            Note(
                f"There is no LoRA {lora[:80]!r}: {choices}.",
                "no_lora",
                lora=lora[:80],
                known=", ".join(installed),
            ),
            "lora_not_found",
        )
    return f"{lora}:{weight:g}"
