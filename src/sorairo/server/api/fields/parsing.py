"""From the values of a body to the fields of a route, by the table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.limits import Limits
from sorairo.notes import Note, sentence_of
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.fields.compound import MISSING
from sorairo.server.api.fields.other_spellings import with_size_and_seconds
from sorairo.server.api.fields.scalars import invalid_value, unknown_parameter
from sorairo.server.api.fields.table import IGNORED, NESTED, Endpoint, RequestField, fields_of
from sorairo.server.api.fields.texts import check_texts_of
from sorairo.server.api.uploaded_file import Upload


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of a request, parsed and checked."""

    endpoint: Endpoint
    """The route."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The values by the names of the table; a field that is absent or null is missing."""
    sent_as: Mapping[str, str] = field(default_factory=dict)
    """The name under which the client sent each field, for errors."""
    ignored: tuple[str, ...] = ()
    """The names of fields that can do nothing here."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, or the default if it is absent."""
        return self.values.get(name, default)

    def require(self, name: str) -> Any:
        """The value of a field that must be present. Raises ApiError."""
        if name not in self.values:
            raise invalid_value(
                name,
                Note(f"Missing required parameter: '{name}'.", "missing_parameter", name=name),
                MISSING,
            )
        return self.values[name]

    def parameters(self) -> dict[str, Any]:
        """The parameters of a generation request that the fields set directly."""
        table = fields_of(self.endpoint)
        return {
            table[name].parameter: value
            for name, value in self.values.items()
            if table[name].parameter and value is not None
        }

    def error(self, name: str, message: str, code: str = "invalid_value") -> ApiError:
        """An error of a field, under the name that the client used."""
        return invalid_value(self.sent_as.get(name, name), message, code)


def parse_fields(values: Mapping[str, Any], endpoint: Endpoint, limits: Limits) -> Fields:
    """The fields in the values of a body (see `read_body`). Raises ApiError, which names the field
    as the client does."""
    table = fields_of(endpoint)
    found, sent_as, ignored = {}, {}, []
    for sent, value in _flattened(values).items():
        check_texts_of(value, sent)
        if value is None:
            continue
        known = _lookup(sent, table)
        if known is not None and isinstance(value, str) and value.strip().lower() in known.ignores:
            ignored.append(sent)
            continue
        if known is None:
            if not IGNORED.intersection((sent, _snake_case(sent))):
                raise _unknown(sent, endpoint, table)
            ignored.append(sent)
            continue
        if _is_blank(value) and not known.keeps_blank:
            continue
        parsed = known.type.parse(value, sent)
        if known.name in found and (known.file or found[known.name] != parsed):
            raise _contradiction(sent_as[known.name], sent)
        _check(known, parsed, sent, limits)
        found[known.name], sent_as[known.name] = parsed, sent
    fields = Fields(endpoint=endpoint, values=found, sent_as=sent_as, ignored=tuple(ignored))
    for each in table.values():
        if endpoint in each.required_by:
            fields.require(each.name)
    return replace(fields, values=with_size_and_seconds(found, sent_as, limits))


def _flattened(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with those of nested objects beside the others."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in NESTED or value is None:
            entries = {name: value}
        elif isinstance(value, Mapping):
            entries = {str(key): each for key, each in value.items()}
        else:
            raise invalid_type(name, "an object", value)
        for key, each in entries.items():
            if key in found and found[key] is not None and found[key] != each:
                raise _contradiction(key, f"{name}.{key}")
            found[key] = each
    return {name: value for name, value in found.items() if name not in NESTED}


def _is_blank(value: Any) -> bool:
    """Whether a text has no letters, or a form's file was not chosen."""
    if isinstance(value, Upload):
        return not value.data and value.name == ""
    return isinstance(value, str) and not value.strip()


def _lookup(sent: str, table: Mapping[str, RequestField]) -> RequestField | None:
    """The field with this name or alias, also in camel case."""
    for name in (sent, _snake_case(sent)):
        if name in table:
            return table[name]
        for each in table.values():
            if name in each.aliases:
                return each
    return None


_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def _snake_case(name: str) -> str:
    """`inputReference` as `input_reference`. Letters that are not ASCII stay as they are: the small
    form of some is."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name[:80]).translate(_LOWER)


def _check(known: RequestField, value: Any, sent: str, limits: Limits) -> None:
    if known.check is None:
        return
    try:
        known.check(value, limits)
    except RequestError as error:
        raise invalid_value(sent, sentence_of(error)) from error


def _contradiction(first: str, second: str) -> ApiError:
    message = Note(
        f"'{first}' and '{second}' contradict each other: leave one of them out.",
        "not_together",
        first=first,
        second=second,
    )
    return invalid_value(second, message)


def _unknown(sent: str, endpoint: Endpoint, table: Mapping[str, RequestField]) -> ApiError:
    name = sent[:80]
    if any(_lookup(name, fields_of(each)) for each in Endpoint):
        message = Note(
            f"Unknown parameter: '{name}'. {endpoint} does not take it.",
            "unknown_parameter",
            name=name,
        )
        return invalid_value(name, message, "unknown_parameter")
    aliases = [alias for each in table.values() for alias in each.aliases]
    near = difflib.get_close_matches(name.lower(), [*table, *aliases], n=1, cutoff=0.6)
    return unknown_parameter(name, near or table)
