"""The checks of a request's texts. No torch."""

from __future__ import annotations

import unicodedata

from sorairo.errors import RequestError
from sorairo.generation.requests.limits import Limits
from sorairo.notes import Note

_MEANINGFUL = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "So"}  # categories of Unicode
_BLANK = "\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd"  # letters and symbols that show nothing


def says_nothing(text: str) -> bool:
    """Whether a text has no letter, number or pictogram: only spaces, punctuation and characters
    that are not seen."""
    return not any(
        unicodedata.category(each) in _MEANINGFUL and each not in _BLANK for each in text
    )


def check_prompt(prompt: str) -> None:
    """Raises RequestError for an empty prompt."""
    if says_nothing(prompt):
        raise RequestError(
            Note(
                "The prompt is empty: say what the clip should show,"
                ' for example "a red ball drops onto a wooden floor".',
                "empty_prompt",
            )
        )


def check_texts(limits: Limits, **texts: str | None) -> None:
    """Raises RequestError for a text that is too long or not valid UTF-8. The error calls it by the
    name of its argument, with spaces for _."""
    for name, text in texts.items():
        name, text = name.replace("_", " "), text or ""
        if len(text) > limits.max_prompt:
            raise RequestError(
                Note(
                    f"The {name} has {len(text)} characters: shorten it to {limits.max_prompt}.",
                    "text_too_long",
                    characters=len(text),
                    most=limits.max_prompt,
                )
            )
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise RequestError(
                Note(f"The {name} is not valid UTF-8 text: remove its raw bytes.", "invalid_text")
            )
