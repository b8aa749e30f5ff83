"""Sentences for users that programs can put in other languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


class Note(str):
    """A sentence in English with what it says: a `code`, and the `values` that stand in it."""

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Any]

    def __new__(cls, sentence: str, code: str, **values: Any) -> Note:
        note = super().__new__(cls, sentence)
        note.code, note.values = code, values
        return note

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies, and for other processes: an error with a note comes out of a pool."""
        return _note_of, (str(self), self.code, dict(self.values))

    def to_json(self) -> dict[str, Any]:
        """`code` and `values`; numbers that JSON has no form for are texts."""
        values = {name: _encodable(each) for name, each in self.values.items()}
        return {"code": self.code, "values": values}


def _note_of(sentence: str, code: str, values: Mapping[str, Any]) -> Note:
    return Note(sentence, code, **values)


def _encodable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def sentence_of(error: BaseException) -> str:
    """The message of an error, which is a `Note` if it was raised with one."""
    if len(error.args) and isinstance(error.args[0], Note):
        return error.args[0]
    return str(error)


def note_from_json(sentence: str, detail: Mapping[str, Any] | None) -> str:
    """A sentence, as a `Note` where it has a `detail`: what `Note.to_json` gave."""
    return sentence if detail is None else Note(sentence, detail["code"], **detail["values"])


def within(start: str, error: BaseException) -> str:
    """The message of an error after the `start` of a sentence, as a `Note` if it is one."""
    message = sentence_of(error)
    if isinstance(message, Note):
        return Note(f"{start}{message}", message.code, **message.values)
    return f"{start}{message}"


def details_of(notes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The codes and values of notes, in their order; of other sentences, the code is ""."""
    empty = {"code": "", "values": {}}
    return [note.to_json() if isinstance(note, Note) else dict(empty) for note in notes]
