"""What to tell a client whose parameters in the path or the query are of the wrong kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.notes import Note

SHOWN = 40  # characters of a wrong value
NUMBERS = {
    "int_parsing": "not_whole",
    "int_type": "not_whole",
    "int_from_float": "not_whole",
    "float_parsing": "not_a_number",
    "float_type": "not_a_number",
    "finite_number": "not_a_number",
}


def wrong_parameter(name: str, found: Mapping[str, Any]) -> Note:
    """The message for a parameter that pydantic refuses: `found` is its first error."""
    kind, limits = found["type"], found.get("ctx") or {}
    value, text = str(found.get("input"))[:SHOWN], f"'{name}': {found['msg']}."
    if kind in ("literal_error", "enum"):
        choices = limits["expected"].replace("'", "")
        text = f"'{name}' is '{value}': choose {choices}."
        return Note(text, "not_a_choice", name=name, known=choices.replace(" or ", ", "))
    if kind == "missing":
        return Note(text, "missing_parameter", name=name)
    if NUMBERS.get(kind) == "not_whole":
        return Note(text, "not_whole", name=name, value=value)
    if NUMBERS.get(kind) == "not_a_number":
        return Note(text, "not_a_number", name=name, value=value)
    if "ge" in limits:
        return Note(text, "at_least", name=name, value=value, least=limits["ge"])
    if "le" in limits:
        return Note(text, "at_most", name=name, value=value, most=limits["le"])
    return Note(text, "misread", name=name, value=value)
