"""Reading the TOML of a storyboard: bounded in length and nesting before it is parsed. No torch.

The time and memory that `tomllib` needs for a dotted key grow with the square of its parts: 16,000
of them, 32 kB of text, take a gigabyte.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from sorairo.errors import RequestError
from sorairo.notes import Note

MAX_LENGTH = 256 * 2**10  # characters; a card with a prompt of the full length has 2,100
MAX_PARTS = 8  # of a dotted key; no setting of a storyboard has more than two
MAX_NESTING = 8  # of brackets on one line
_PART = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++|"[^"\n]*"|'[^'\n]*')"""  # linear on long words
_DEEP_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MAX_PARTS}}}")
# A string that does not end reaches to the end, so that the time stays linear.
_STRING_OR_COMMENT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)|"(?:[^"\\\n]|\\.)*+"?'''
    r"""|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)|'[^'\n]*+'?|#[^\n]*""",
    re.S,
)


def load_toml(text: str) -> dict[str, Any]:
    """The table of a TOML text. Raises RequestError."""
    if len(text) > MAX_LENGTH:
        raise RequestError(
            Note(
                f"A storyboard has at most {MAX_LENGTH} characters, this one has {len(text)}.",
                "text_too_long",
                characters=len(text),
                most=MAX_LENGTH,
            )
        )
    if _is_deep(text):
        raise RequestError(
            Note(
                f"A storyboard has no names of more than {MAX_PARTS} parts, and no deeper"
                f" brackets.",
                "nested_text",
            )
        )
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = int(line[1]) if line else text.count("\n") + 1  # "at end of document"
        raise RequestError(Note(f"{str(error)[:200]}.", "toml", line=at)) from error
    except ValueError as error:
        raise RequestError(Note("a number is too long.", "board_values")) from error
    except RecursionError as error:
        raise RequestError(Note("it is nested too deeply.", "nested_text")) from error


def _is_deep(text: str) -> bool:
    """Whether a key has many parts, or brackets are deeply nested, outside of strings."""
    bare = _STRING_OR_COMMENT.sub('""', text)
    if _DEEP_KEY.search(bare):
        return True
    depth = 0
    for mark in re.findall(r"[\[\]{}]", bare):
        depth = max(0, depth + (1 if mark in "[{" else -1))
        if depth > MAX_NESTING:
            return True
    return False
