"""Fields of configuration dataclasses: their types, their former names, and words for errors."""

from __future__ import annotations

import dataclasses
import functools
import reprlib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sorairo.errors import ConfigError
from sorairo.notes import Note

_BRIEFLY = reprlib.Repr()
_BRIEFLY.maxstring = _BRIEFLY.maxother = 100  # characters; of numbers, the default of 40


def formerly(*names: str) -> dict[str, tuple[str, ...]]:
    """Metadata of a field that had other names: `field(default=1, metadata=formerly("old"))`. Files
    written, and overrides typed, with an old name are still read; what is written has the new one.
    """
    return {"formerly": names}


def typed_by(kind: Callable[[Mapping[str, Any]], type]) -> dict[str, Any]:
    """Metadata of a field whose type depends on the values of other fields: `kind` gives it for the
    values of a dataclass, as JSON or not, of which those with their default may be missing."""
    return {"typed_by": kind}


def type_of(cls: type, name: str, values: Mapping[str, Any]) -> Any:
    """The type of a field of a dataclass that has these values; see `typed_by`."""
    (field,) = (each for each in dataclasses.fields(cls) if each.name == name)
    chosen = field.metadata.get("typed_by")
    return chosen(values) if chosen else field_types(cls)[name]


def original_name(field: dataclasses.Field[Any]) -> str:
    """The first name that a field had: hashes of configurations use it, and survive renaming."""
    return field.metadata.get("formerly", (field.name,))[0]


@functools.cache
def field_types(cls: type) -> dict[str, Any]:
    """The fields of a dataclass with their annotations, evaluated."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


@functools.cache
def former_names(cls: type) -> dict[str, str]:
    """Today's name of a field by each of its former ones."""
    return {
        old: field.name
        for field in dataclasses.fields(cls)
        for old in field.metadata.get("formerly", ())
    }


def is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)


def required(cls: Any) -> list[str]:
    missing = dataclasses.MISSING
    fields = [field for field in dataclasses.fields(cls) if field.init]
    return [f.name for f in fields if f.default is missing and f.default_factory is missing]


def as_list(value: Any, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise wrong(path, value, "a list")
    return value


def join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def paths(path: str, names: Iterable[str]) -> list[str]:
    return [join(path, name) for name in names]


def name_of(kind: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    return words.get(kind) or getattr(kind, "__name__", None) or str(kind)


def wrong(path: str, value: Any, wanted: str) -> ConfigError:
    name = path or "value"
    message = f"'{name}' takes {wanted}, not {_BRIEFLY.repr(value)}."
    return ConfigError(Note(message, "wrong_type", name=name))
