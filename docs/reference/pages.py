"""The reference pages and what writes them."""

from __future__ import annotations

from collections.abc import Callable

import command_line
import error_codes
import http_api
import python_api
import word_list

NOTE = "<!-- written by docs/reference/make.py -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": command_line.page,
    "python.md": python_api.page,
    "http.md": http_api.page,
    "words.md": word_list.page,
    "errors.md": error_codes.page,
}


def text(name: str) -> str:
    """What a page should be."""
    return NOTE + PAGES[name]()
