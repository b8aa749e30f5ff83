"""Sentences for users that programs can put in other languages."""

from __future__ import annotations

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

    def to_json(self) -> dict[str, Any]:
        """`code` and `values`."""
        return {"code": self.code, "values": dict(self.values)}


def details_of(notes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The codes and values of notes, in their order; of other sentences, the code is ""."""
    empty = {"code": "", "values": {}}
    return [note.to_json() if isinstance(note, Note) else dict(empty) for note in notes]
