"""Writes the reference pages from the code: python docs/reference/make.py

`tests/docs/test_reference.py` fails if a page is not what this script writes, or if something
public is undocumented.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import command_line  # noqa: E402
import http_api  # noqa: E402
import python_api  # noqa: E402

NOTE = "<!-- written by docs/reference/make.py -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": command_line.page,
    "python.md": python_api.page,
    "http.md": http_api.page,
}


def text(name: str) -> str:
    """What a page should be."""
    return NOTE + PAGES[name]()


if __name__ == "__main__":
    for name in PAGES:
        (HERE / name).write_text(text(name), encoding="utf-8")
        print(HERE / name)
