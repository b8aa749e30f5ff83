"""The types of fields that hold one value: each parses what clients send, and has a JSON Schema.

Clients send numbers as strings (every form does) and strings as numbers; both are accepted.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sorairo.generation.requests.limits import Limits, check_sampling
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.json_text import MAX_DIGITS, MAX_FLOAT_LENGTH

Schema = dict[str, Any]
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SIZE = re.compile(r"\s*(\d{1,6})\s*[xX×*]\s*(\d{1,6})\s*", re.ASCII)
_RATIO = re.compile(r"\s*(\d{1,4})\s*[:xX/]\s*(\d{1,4})\s*", re.ASCII)
FLAGS = {"true": True, "1": True, "yes": True, "on": True}
FLAGS |= {"false": False, "0": False, "no": False, "off": False}


class FieldType(Protocol):
    """What a field holds."""

    def parse(self, value: Any, name: str) -> Any:
        """The value that a client sent in the field `name`. Raises ApiError, which names it."""
        ...

    def schema(self) -> Schema:
        """Its JSON Schema, without a description."""
        ...


def invalid_value(name: str, message: str, code: str = "invalid_value") -> ApiError:
    """The error for a field whose type is right, but whose value is not."""
    return ApiError(400, message, param=name, code=code)


def unknown_parameter(path: str, known: Iterable[str]) -> ApiError:
    """The error for a name that is not known, the last part of `path`, with the nearest one that
    is."""
    names = list(known)
    near = difflib.get_close_matches(path.rpartition(".")[2].lower(), names, n=1, cutoff=0.6)
    advice = f"Did you mean '{near[0]}'?" if near else f"Choose from: {', '.join(names)}."
    return invalid_value(
        path,
        Note(f"Unknown parameter: '{path}'. {advice}", "unknown_parameter", name=path),
        "unknown_parameter",
    )


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string."""

    max_length: int
    """Characters."""
    strict: bool = False
    """Whether numbers are refused; else they are taken as their digits."""

    def parse(self, value: Any, name: str) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and not self.strict and math.isfinite(value):
            value = f"{value:.17g}"
        if not isinstance(value, str):
            raise invalid_type(name, "a string", value)
        if not value.strip() or len(value) > self.max_length:
            raise invalid_value(
                name,
                Note(
                    f"'{name}' must have 1 to {self.max_length} characters, not {len(value)}.",
                    "text_length",
                    name=name,
                    most=self.max_length,
                    characters=len(value),
                ),
            )
        return value

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": self.max_length}


@dataclass(frozen=True, kw_only=True)
class Number:
    """A finite number."""

    low: float | None = None
    """The least value; None: it depends on the model."""
    high: float | None = None
    """The largest value; None: it depends on the model."""
    whole: bool = False
    """Whether it has no fraction."""
    example: str = ""
    """What to write, for the error."""
    as_text: bool = False
    """Whether clients usually send it as a string."""

    def parse(self, value: Any, name: str) -> Any:
        number = to_number(value, name, self.example)
        if self.whole and number != math.floor(number):
            raise invalid_value(
                name,
                Note(
                    f"'{name}' must be a whole number, not {number:g}.",
                    "not_whole",
                    name=name,
                    value=number,
                ),
            )
        low, high = self.low, self.high
        if (low is not None and number < low) or (high is not None and number > high):
            raise invalid_value(name, self._out_of_range(number, name))
        return int(number) if self.whole else float(number)

    def _out_of_range(self, number: float, name: str) -> Note:
        kind = "a whole number" if self.whole else "a number"
        least = self.low or 0
        if self.high is None:
            text = f"'{name}' must be {kind} of at least {self.low:g}, not {number:g}."
            return Note(text, "at_least", name=name, value=number, least=least)
        text = f"'{name}' must be {kind} from {self.low:g} to {self.high:g}, not {number:g}."
        return Note(text, "out_of_range", name=name, value=number, least=least, most=self.high)

    def schema(self) -> Schema:
        kind = "integer" if self.whole else "number"
        bounds = {"minimum": self.low, "maximum": self.high}
        number: Schema = {"type": kind, **{k: v for k, v in bounds.items() if v is not None}}
        return {"anyOf": [{"type": "string"}, number]} if self.as_text else number


def to_number(value: Any, name: str, example: str = "") -> int | float:
    """A finite number, which may have been sent as a string. Raises ApiError."""
    advice = f": write for example {example}." if example else "."
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise invalid_type(name, "a number", value)
    if isinstance(value, str):
        text = value.strip()
        if len(text) > MAX_FLOAT_LENGTH or not _NUMBER.fullmatch(text):
            raise invalid_value(
                name,
                Note(
                    f"'{name}' is '{text[:20]}', which is not a number{advice}",
                    "not_a_number",
                    name=name,
                    value=text[:20],
                ),
            )
        value = int(text) if text.lstrip("+-").isdigit() and len(text) < MAX_DIGITS else float(text)
    if not math.isfinite(value):
        raise invalid_value(
            name,
            Note(
                f"'{name}' is too large or not a number{advice}",
                "not_a_number",
                name=name,
                value=str(value)[:20],
            ),
        )
    return value


@dataclass(frozen=True)
class Seed:
    """A whole number; -1 is a random one, as the clients of other servers mean it."""

    def parse(self, value: Any, name: str) -> int | None:
        seed = Number(whole=True, example="7").parse(value, name)
        return None if seed == -1 else seed

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": -1, "maximum": 2**63 - 1}


def check_seed(seed: int | None, limits: Limits) -> None:
    """Raises RequestError for a seed that no model takes."""
    check_sampling(0 if seed is None else seed, None, None, limits)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def parse(self, value: Any, name: str) -> bool:
        if isinstance(value, str | int) and str(value).strip().lower() in FLAGS:
            return FLAGS[str(value).strip().lower()]
        if not isinstance(value, bool):
            raise invalid_type(name, "a boolean", value)
        return value

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    values: tuple[str, ...]
    """The words."""

    def parse(self, value: Any, name: str) -> str:
        if isinstance(value, str) and value.strip().lower() in self.values:
            return value.strip().lower()
        raise invalid_value(
            name,
            Note(
                f"'{name}' must be {' or '.join(self.values)}.",
                "not_a_choice",
                name=name,
                known=", ".join(self.values),
            ),
        )

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, as "1280x720"."""

    def parse(self, value: Any, name: str) -> tuple[int, int]:
        return _pair(_SIZE, value, name, "a size: write WIDTHxHEIGHT, for example 1280x720.")

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class Ratio:
    """Width : height, as "16:9", or a word for it."""

    words: Mapping[str, tuple[int, int]]
    """The words that stand for a ratio."""

    def parse(self, value: Any, name: str) -> tuple[int, int]:
        if isinstance(value, str) and value.strip().lower() in self.words:
            return self.words[value.strip().lower()]
        what = "a ratio of width and height: write for example 16:9."
        width, height = _pair(_RATIO, value, name, what)
        if not width or not height:
            raise invalid_value(name, _misread(name, value, what))
        return width, height

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class Resolution:
    """The shorter side in pixels, as "720p", or a word for it."""

    words: Mapping[str, int]
    """The words that stand for a resolution."""

    def parse(self, value: Any, name: str) -> int | tuple[int, int]:
        """The shorter side; (width, height) if a size was sent."""
        text = str(value).strip().lower() if isinstance(value, str | int) else ""
        if text in self.words:
            return self.words[text]
        if re.fullmatch(r"\d{2,4}p?", text, re.ASCII):
            return int(text.rstrip("p"))
        return _pair(_SIZE, value, name, "a resolution: write for example 720p.")

    def schema(self) -> Schema:
        return {"type": "string"}


def _pair(pattern: re.Pattern[str], value: Any, name: str, what: str) -> tuple[int, int]:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise invalid_type(name, "a string", value)
    found = pattern.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise invalid_value(name, _misread(name, value, what))
    return int(found[1]), int(found[2])


def _misread(name: str, value: Any, what: str) -> Note:
    text = str(value)[:20]
    return Note(f"'{name}' is '{text}', which is not {what}", "misread", name=name, value=text)
