"""The types of fields that only requests about the library have: lists of texts, tags, sidecars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.jobs.library.tags import MAX_LENGTH, MAX_TAGS, checked
from sorairo.notes import Note, within
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.compound import elements_of, too_many
from sorairo.server.api.fields.scalars import (
    FieldType,
    Schema,
    Text,
    invalid_value,
    unknown_parameter,
)
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.uploaded_file import Upload

MAX_PART = 16  # characters of the part that a video has in another one


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A list of texts, such as ids or paths."""

    most: int
    """How many there may be."""
    max_length: int
    """Characters of one."""
    least: int = 0
    """How many there must be."""
    strict: bool = False
    """Whether numbers and other values are refused, too."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The texts, each once. Raises ApiError."""
        found = elements_of(value, name, self.most)
        if len(found) < self.least:
            message = Note(
                f"'{name}' has {len(found)} entries: at least {self.least} are needed.",
                "too_few_entries",
                name=name,
                least=self.least,
            )
            raise invalid_value(name, message)
        text = Text(max_length=self.max_length, strict=self.strict)
        parsed = (text.parse(each, f"{name}[{index}]") for index, each in enumerate(found))
        return tuple(dict.fromkeys(parsed))

    def schema(self) -> Schema:
        items = {"type": "string", "maxLength": self.max_length}
        return {"type": "array", "items": items, "minItems": self.least, "maxItems": self.most}


@dataclass(frozen=True, kw_only=True)
class Objects:
    """A list of objects with the same entries."""

    entries: Mapping[str, tuple[FieldType, str]]
    """The types of the entries, and what they are, by their names."""
    required: tuple[str, ...]
    """The names of those that each object has."""
    most: int
    """How many objects there may be, at least one."""

    def parse(self, value: Any, name: str) -> tuple[dict[str, Any], ...]:
        """The objects. Raises ApiError."""
        found = elements_of(value, name, self.most)
        if not found:
            raise invalid_value(
                name,
                Note(
                    f"'{name}' is empty: it needs at least one entry.",
                    "too_few_entries",
                    name=name,
                    least=1,
                ),
            )
        return tuple(self._parsed(each, f"{name}[{i}]") for i, each in enumerate(found))

    def _parsed(self, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        for key in value:
            if key not in self.entries:
                raise unknown_parameter(f"{name}.{str(key)[:80]}", self.entries)
        for key in self.required:
            if value.get(key) is None:
                raise invalid_value(
                    f"{name}.{key}",
                    Note(f"'{name}' has no '{key}'.", "missing_parameter", name=f"{name}.{key}"),
                    "missing",
                )
        given = {key: each for key, each in value.items() if each is not None}
        return {
            key: self.entries[key][0].parse(each, f"{name}.{key}") for key, each in given.items()
        }

    def schema(self) -> Schema:
        properties = {
            name: {**kind.schema(), "description": description}
            for name, (kind, description) in self.entries.items()
        }
        items = {"type": "object", "properties": properties, "required": list(self.required)}
        return {"type": "array", "items": items, "minItems": 1, "maxItems": self.most}


@dataclass(frozen=True)
class Tags:
    """Tags: a list, or one text."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """The tags as they are stored. Raises ApiError."""
        found = elements_of(value, name, 1000) if value else []
        for index, each in enumerate(found):
            if not isinstance(each, str):
                raise invalid_type(f"{name}[{index}]", "a string", each)
        try:
            return checked(found)
        except RequestError as error:
            raise invalid_value(name, within(f"'{name}': ", error)) from error

    def schema(self) -> Schema:
        items = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}
        return {"type": "array", "items": items, "maxItems": MAX_TAGS}


@dataclass(frozen=True, kw_only=True)
class TextsByPath:
    """The contents of text files by their names within an archive."""

    most: int
    """How many files."""
    max_length: int
    """Characters of a name."""

    def parse(self, value: Any, name: str) -> dict[str, str]:
        """The texts. Raises ApiError."""
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        for key, text in value.items():
            if not isinstance(text, str):
                raise invalid_type(f"{name}.{str(key)[:80]}", "a string", text)
            if not 0 < len(str(key)) <= self.max_length:
                message = Note(
                    f"'{name}' has a path of more than {self.max_length} characters.",
                    "text_length",
                    name=name,
                    most=self.max_length,
                    characters=len(str(key)),
                )
                raise invalid_value(name, message)
        if len(value) > self.most:
            raise invalid_value(
                name,
                Note(
                    f"'{name}' has more than {self.most} entries.",
                    "too_many_entries",
                    name=name,
                    entries=len(value),
                    most=self.most,
                ),
            )
        return {str(key): text for key, text in value.items()}

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True, kw_only=True)
class Relations:
    """The parts that videos have in another one, by their ids; JSON in a form's text."""

    most: int
    """How many videos."""
    max_length: int
    """Characters of an id."""

    def parse(self, value: Any, name: str) -> dict[str, str]:
        """The parts by ids. Raises ApiError."""
        if isinstance(value, str):
            value = parse_json(value.encode("utf-8", "surrogatepass"), name)
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        if len(value) > self.most:
            raise too_many(name, len(value), self.most)
        ids, parts = Text(max_length=self.max_length, strict=True), Text(max_length=MAX_PART)
        return {
            ids.parse(str(key), name): parts.parse(each, f"{name}.{str(key)[:80]}")
            for key, each in value.items()
        }

    def schema(self) -> Schema:
        part = {"type": "string", "maxLength": MAX_PART}
        return {"type": "object", "additionalProperties": part, "maxProperties": self.most}


@dataclass(frozen=True, kw_only=True)
class Files:
    """Files of a multipart form, of a route that takes them to the disk."""

    most: int
    """How many."""

    def parse(self, value: Any, name: str) -> tuple[Upload, ...]:
        """The files, in their order. Raises ApiError."""
        found = elements_of([value] if isinstance(value, Upload) else value, name, self.most)
        for index, each in enumerate(found):
            if not isinstance(each, Upload):
                raise invalid_type(f"{name}[{index}]", "a file", each)
        return tuple(found)

    def schema(self) -> Schema:
        items = {"type": "string", "format": "binary"}
        return {"type": "array", "items": items, "maxItems": self.most}
