"""The refusal of pictures as hints. No torch."""

from __future__ import annotations

from typing import NoReturn

from sorairo.errors import RequestError
from sorairo.notes import Note


def refuse_hints(use_instead: str = "") -> NoReturn:
    """Raises RequestError for a picture that a model should see without showing it, where the model
    shows pictures exactly or not at all; it names the model to `use_instead`."""
    if not use_instead:
        raise RequestError(
            Note(
                "This model shows a picture exactly: give it a strength of 1 or leave strength"
                " out.",
                "exact_picture",
            )
        )
    raise RequestError(
        Note(
            "This model shows a picture exactly and takes no hints: use"
            f" {use_instead}, or give the picture a strength of 1.",
            "hints_elsewhere",
            model=use_instead,
        )
    )
