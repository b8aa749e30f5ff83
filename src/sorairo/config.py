"""Frozen dataclasses <-> JSON, and overrides such as `model.depth=8` on top of them.

Types understood in fields: bool, int, float, str, None, Any, Literal, Path, unions, tuples, lists,
dicts with string keys, and dataclasses of these. A value of another type is refused, never bent;
the one exception is a whole number where a float is wanted.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

from sorairo.errors import ConfigError, unknown_name

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """`value` as dicts, lists, strings, numbers, booleans and None, ready for `json.dumps`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ConfigError(f"A {type(value).__name__} cannot be part of a configuration.")


def formerly(*names: str) -> dict[str, tuple[str, ...]]:
    """Metadata of a field that had other names: `field(default=1, metadata=formerly("old"))`. Files
    written, and overrides typed, with an old name are still read; what is written has the new one.
    """
    return {"formerly": names}


def from_json(cls: type[T], record: Any) -> T:
    """The `cls` that `to_json` gave `record` for. Fields left out keep their defaults; former names
    of fields (see `formerly`) are understood.

    Raises UnknownNameError for a field that `cls` does not have and ConfigError for a wrong type;
    both name the field by its path.
    """
    return _check(cls, record, path="")


def override(config: T, assignments: Iterable[str]) -> T:
    """`config` with each `"field.path=value"` applied in order, read by the type of the field.

    Tuples are written `8,16,16` or as JSON, dicts and dataclasses as JSON, None as `none`; one
    entry of a dict is reached by its key (`mix.plain=0.5`).
    """
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path.strip():
            raise ConfigError(f"'{assignment}' is not a setting; write it as field.path=value.")
        config = _assign(config, type(config), path.strip().split("."), text.strip(), done="")
    return config


@functools.cache
def field_types(cls: type) -> dict[str, Any]:
    """The fields of a dataclass with their annotations, evaluated."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


@functools.cache
def _former_names(cls: type) -> dict[str, str]:
    """Today's name of a field by each of its former ones."""
    return {
        old: field.name
        for field in dataclasses.fields(cls)
        for old in field.metadata.get("formerly", ())
    }


# --- JSON -> value, checked against the annotation


def _check(kind: Any, value: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _check_dataclass(kind, value, path)
    if _is_union(kind):
        return _check_union(typing.get_args(kind), value, path)
    if origin is Literal:
        return _check_literal(typing.get_args(kind), value, path)
    if origin is tuple or kind is tuple:
        return _check_tuple(typing.get_args(kind), value, path)
    if origin is list or kind is list:
        (item,) = typing.get_args(kind) or (Any,)
        return [_check(item, each, f"{path}[{i}]") for i, each in enumerate(_list(value, path))]
    if origin is dict or kind is dict:
        _, item = typing.get_args(kind) or (str, Any)
        if not isinstance(value, dict):
            raise _wrong(path, value, "an object of names and values")
        return {str(key): _check(item, each, _join(path, key)) for key, each in value.items()}
    return _check_scalar(kind, value, path)


def _check_dataclass(cls: Any, value: Any, path: str) -> Any:
    if isinstance(value, cls):
        return value
    if not isinstance(value, dict):
        raise _wrong(path, value, f"the fields of {cls.__name__}")
    kinds = field_types(cls)
    value = {_former_names(cls).get(name, name): each for name, each in value.items()}
    for name in value:
        if name not in kinds:
            raise unknown_name(f"field of {cls.__name__}", _join(path, name), _paths(path, kinds))
    given = {name: _check(kinds[name], each, _join(path, name)) for name, each in value.items()}
    missing = [name for name in _required(cls) if name not in given]
    if missing:
        raise ConfigError(f"{cls.__name__} needs a value for '{_join(path, missing[0])}'.")
    return cls(**given)


def _check_union(members: tuple[Any, ...], value: Any, path: str) -> Any:
    if value is None and type(None) in members:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and int in members:
        return value
    members = tuple(member for member in members if member is not type(None))
    if len(members) == 1:  # X | None: X's own message says more than "none of these"
        return _check(members[0], value, path)
    for member in members:
        try:
            return _check(member, value, path)
        except ConfigError:
            continue
    raise _wrong(path, value, " or ".join(_name(member) for member in members))


def _check_literal(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    if value in choices and any(type(value) is type(choice) for choice in choices):
        return value
    raise unknown_name(f"choice for {path or 'the value'}", str(value), map(str, choices))


def _check_tuple(kinds: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    values = _list(value, path)
    if not kinds:
        kinds = (Any, ...)
    if len(kinds) == 2 and kinds[1] is ...:
        kinds = (kinds[0],) * len(values)
    if len(kinds) != len(values):
        raise _wrong(path, value, f"{len(kinds)} values")
    return tuple(
        _check(kind, each, f"{path}[{i}]")
        for i, (kind, each) in enumerate(zip(kinds, values, strict=True))
    )


def _check_scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is Any or kind is object:
        return value
    if kind is None or kind is type(None):
        if value is None:
            return None
        raise _wrong(path, value, "none")
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (bool, str) and isinstance(value, kind):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _wrong(path, value, _name(kind))


# --- text -> value, by the annotation


def _assign(owner: Any, kind: Any, names: list[str], text: str, done: str) -> Any:
    """`owner` (of type `kind`) with the field at the path `names` set to what `text` says."""
    if not names:
        return _check(kind, _parse(kind, text, done), done)
    name, *rest = names
    path = _join(done, name)
    if isinstance(owner, dict):
        _, item = typing.get_args(kind) or (str, Any)
        if rest and name not in owner:
            raise unknown_name("setting", path, _paths(done, owner))
        return {**owner, name: _assign(owner.get(name), item, rest, text, path)}
    if not dataclasses.is_dataclass(owner) or isinstance(owner, type):
        advice = f"so '{path}' cannot be set; set '{done}' itself."
        raise ConfigError(f"'{done}' has no fields, {advice}")
    kinds = field_types(type(owner))
    name = _former_names(type(owner)).get(name, name)
    if name not in kinds:
        raise unknown_name("setting", path, _paths(done, kinds))
    current = getattr(owner, name)
    inner = kinds[name]
    if rest and isinstance(current, dict) and _is_union(inner):
        inner = next(each for each in typing.get_args(inner) if typing.get_origin(each) is dict)
    return dataclasses.replace(owner, **{name: _assign(current, inner, rest, text, path)})


def _parse(kind: Any, text: str, path: str) -> Any:
    """`text` as the JSON value that `_check(kind, ...)` is going to judge."""
    origin = typing.get_origin(kind)
    if _is_union(kind):
        return _parse_union(typing.get_args(kind), text, path)
    if kind in (str, Path):
        return text
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in (int, float):
        return _parse_number(kind, text, path)
    if origin is Literal:
        return next((choice for choice in typing.get_args(kind) if str(choice) == text), text)
    if (origin or kind) in (tuple, list) and not text.startswith("["):
        return _parse_items(kind, text, path)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise _wrong(path, text, _name(kind)) from None


def _parse_union(members: tuple[Any, ...], text: str, path: str) -> Any:
    if type(None) in members and text.lower() in ("none", "null"):
        return None
    members = tuple(member for member in members if member is not type(None))
    for member in sorted(members, key=lambda member: member in (str, Path)):  # text fits all
        try:
            return to_json(_check(member, _parse(member, text, path), path))
        except ConfigError:
            if len(members) == 1:
                raise
    raise _wrong(path, text, " or ".join(_name(member) for member in members))


def _parse_number(kind: Any, text: str, path: str) -> int | float:
    try:
        number = float(text)
        if kind is float:
            return number
        return int(number) if "e" in text.lower() and number.is_integer() else int(text)
    except (ValueError, OverflowError):
        raise _wrong(path, text, _name(kind)) from None


def _parse_items(kind: Any, text: str, path: str) -> list[Any]:
    kinds = typing.get_args(kind) or (Any, ...)
    texts = [each.strip() for each in text.split(",")] if text else []
    if len(kinds) == 1 or (len(kinds) == 2 and kinds[1] is ...):
        kinds = (kinds[0],) * len(texts)
    if len(kinds) != len(texts):
        raise _wrong(path, text, f"{len(kinds)} values, with commas between")
    return [_parse(each, t, path) for each, t in zip(kinds, texts, strict=True)]


# --- words


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)


def _required(cls: Any) -> list[str]:
    missing = dataclasses.MISSING
    fields = [field for field in dataclasses.fields(cls) if field.init]
    return [f.name for f in fields if f.default is missing and f.default_factory is missing]


def _list(value: Any, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong(path, value, "a list")
    return value


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _paths(path: str, names: Iterable[str]) -> list[str]:
    return [_join(path, name) for name in names]


def _name(kind: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    return words.get(kind) or getattr(kind, "__name__", None) or str(kind)


def _wrong(path: str, value: Any, wanted: str) -> ConfigError:
    return ConfigError(f"'{path or 'value'}' takes {wanted}, not {value!r}.")
