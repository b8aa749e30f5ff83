"""The folders of training runs."""

from __future__ import annotations

from pathlib import Path

from sorairo.data.cache import cache_folder


def run_folder(name: str) -> Path:
    """The folder with the state, journal, sheets and result of a run."""
    return cache_folder() / "runs" / name
