"""The prompt of a command: one argument, several words, or stdin."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sorairo.cli.console import say
from sorairo.errors import RequestError
from sorairo.generation.requests.limits import Limits

STDIN = "-"
_MOST = 4 * Limits.max_prompt + 4  # characters that are read: what is too long is said to be so


def prompt_of(words: Sequence[str]) -> str:
    """The prompt that the arguments of a command make up. Raises RequestError."""
    if tuple(words) == (STDIN,):
        return _from_stdin()
    if len(words) > 1:
        say(f'The prompt is "{" ".join(words)}": quotes around it keep all of its characters.')
    return " ".join(words)


def _from_stdin() -> str:
    if sys.stdin is None:
        raise RequestError("The prompt is to be read from stdin, which is closed.")
    if sys.stdin.isatty():
        say("Type the prompt, then Ctrl-D.")
    data = sys.stdin.buffer.read(_MOST)
    return " ".join(data.decode("utf-8-sig", "replace").split())
