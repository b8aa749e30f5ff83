"""Overrides such as `model.depth=8`, read by the type of the field."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

from sorairo.config.fields import (
    field_types,
    former_names,
    is_union,
    join,
    name_of,
    paths,
    type_of,
    wrong,
)
from sorairo.config.json_files import parse_json
from sorairo.config.json_values import check, to_json
from sorairo.errors import ConfigError, unknown_name

T = TypeVar("T")


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


def _assign(owner: Any, kind: Any, names: list[str], text: str, done: str) -> Any:
    """`owner` (of type `kind`) with the field at the path `names` set to what `text` says."""
    if not names:
        return check(kind, _parse(kind, text, done), done)
    name, *rest = names
    path = join(done, name)
    if isinstance(owner, dict):
        _, item = typing.get_args(kind) or (str, Any)
        if rest and name not in owner:
            raise unknown_name("setting", path, paths(done, owner))
        return {**owner, name: _assign(owner.get(name), item, rest, text, path)}
    if not dataclasses.is_dataclass(owner) or isinstance(owner, type):
        advice = f"so '{path}' cannot be set; set '{done}' itself."
        raise ConfigError(f"'{done}' has no fields, {advice}")
    kinds = field_types(type(owner))
    name = former_names(type(owner)).get(name, name)
    if name not in kinds:
        raise unknown_name("setting", path, paths(done, kinds))
    current = getattr(owner, name)
    values = {each.name: getattr(owner, each.name) for each in dataclasses.fields(owner)}
    inner = type_of(type(owner), name, values)
    if rest and isinstance(current, dict) and is_union(inner):
        inner = next(each for each in typing.get_args(inner) if typing.get_origin(each) is dict)
    return dataclasses.replace(owner, **{name: _assign(current, inner, rest, text, path)})


def _parse(kind: Any, text: str, path: str) -> Any:
    """`text` as the JSON value that `check(kind, ...)` is going to judge."""
    origin = typing.get_origin(kind)
    if is_union(kind):
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
        return parse_json(text)
    except ConfigError:
        raise wrong(path, text, name_of(kind)) from None


def _parse_union(members: tuple[Any, ...], text: str, path: str) -> Any:
    if type(None) in members and text.lower() in ("none", "null"):
        return None
    members = tuple(member for member in members if member is not type(None))
    for member in sorted(members, key=lambda member: member in (str, Path)):  # text fits all
        try:
            return to_json(check(member, _parse(member, text, path), path))
        except ConfigError:
            if len(members) == 1:
                raise
    raise wrong(path, text, " or ".join(name_of(member) for member in members))


def _parse_number(kind: Any, text: str, path: str) -> int | float:
    try:
        number = float(text)
        if kind is float:
            return number
        return int(number) if "e" in text.lower() and number.is_integer() else int(text)
    except (ValueError, OverflowError):
        raise wrong(path, text, name_of(kind)) from None


def _parse_items(kind: Any, text: str, path: str) -> list[Any]:
    kinds = typing.get_args(kind) or (Any, ...)
    texts = [each.strip() for each in text.split(",")] if text else []
    if len(kinds) == 1 or (len(kinds) == 2 and kinds[1] is ...):
        kinds = (kinds[0],) * len(texts)
    if len(kinds) != len(texts):
        raise wrong(path, text, f"{len(kinds)} values, with commas between")
    return [_parse(each, t, path) for each, t in zip(kinds, texts, strict=True)]
