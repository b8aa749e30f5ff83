"""Writes the reference pages from the code: python docs/reference/make.py

`tests/docs/test_reference.py` fails if a page is not what this script writes, or if something
public is undocumented.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from pages import PAGES, text  # noqa: E402

for name in PAGES:
    (HERE / name).write_text(text(name), encoding="utf-8")
    print(HERE / name)
