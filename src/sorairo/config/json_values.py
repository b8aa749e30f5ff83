"""Frozen dataclasses <-> JSON, checked against the annotations."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any, Literal, TypeVar

from sorairo.config.fields import (
    as_list,
    field_types,
    former_names,
    is_union,
    join,
    name_of,
    paths,
    required,
    type_of,
    wrong,
)
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


def from_json(cls: type[T], record: Any) -> T:
    """The `cls` that `to_json` gave `record` for. Fields left out keep their defaults; former names
    of fields (see `formerly`) are understood.

    Raises UnknownNameError for a field that `cls` does not have and ConfigError for a wrong type;
    both name the field by its path.
    """
    return check(cls, record, path="")


def check(kind: Any, value: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _check_dataclass(kind, value, path)
    if is_union(kind):
        return _check_union(typing.get_args(kind), value, path)
    if origin is Literal:
        return _check_literal(typing.get_args(kind), value, path)
    if origin is tuple or kind is tuple:
        return _check_tuple(typing.get_args(kind), value, path)
    if origin is list or kind is list:
        (item,) = typing.get_args(kind) or (Any,)
        return [check(item, each, f"{path}[{i}]") for i, each in enumerate(as_list(value, path))]
    if origin is dict or kind is dict:
        _, item = typing.get_args(kind) or (str, Any)
        if not isinstance(value, dict):
            raise wrong(path, value, "an object of names and values")
        return {str(key): check(item, each, join(path, key)) for key, each in value.items()}
    return _check_scalar(kind, value, path)


def _check_dataclass(cls: Any, value: Any, path: str) -> Any:
    if isinstance(value, cls):
        return value
    if not isinstance(value, dict):
        raise wrong(path, value, f"the fields of {cls.__name__}")
    kinds = field_types(cls)
    value = {former_names(cls).get(name, name): each for name, each in value.items()}
    for name in value:
        if name not in kinds:
            raise unknown_name(f"field of {cls.__name__}", join(path, name), paths(path, kinds))
    given = {
        name: check(type_of(cls, name, value), each, join(path, name))
        for name, each in value.items()
    }
    missing = [name for name in required(cls) if name not in given]
    if missing:
        raise ConfigError(f"{cls.__name__} needs a value for '{join(path, missing[0])}'.")
    return cls(**given)


def _check_union(members: tuple[Any, ...], value: Any, path: str) -> Any:
    if value is None and type(None) in members:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and int in members:
        return value
    members = tuple(member for member in members if member is not type(None))
    if len(members) == 1:  # X | None: X's own message says more than "none of these"
        return check(members[0], value, path)
    for member in members:
        try:
            return check(member, value, path)
        except ConfigError:
            continue
    raise wrong(path, value, " or ".join(name_of(member) for member in members))


def _check_literal(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    if value in choices and any(type(value) is type(choice) for choice in choices):
        return value
    raise unknown_name(f"choice for {path or 'the value'}", str(value), map(str, choices))


def _check_tuple(kinds: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    values = as_list(value, path)
    if not kinds:
        kinds = (Any, ...)
    if len(kinds) == 2 and kinds[1] is ...:
        kinds = (kinds[0],) * len(values)
    if len(kinds) != len(values):
        raise wrong(path, value, f"{len(kinds)} values")
    return tuple(
        check(kind, each, f"{path}[{i}]")
        for i, (kind, each) in enumerate(zip(kinds, values, strict=True))
    )


def _check_scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is Any or kind is object:
        return value
    if kind is None or kind is type(None):
        if value is None:
            return None
        raise wrong(path, value, "none")
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise wrong(path, value, "a number below 1e308") from None
    if kind in (bool, str) and isinstance(value, kind):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise wrong(path, value, name_of(kind))
