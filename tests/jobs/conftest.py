"""Every test of the queue runs on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sorairo.jobs.database import open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    return request.getfixturevalue("postgresql").new()


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Engine]]:
    """A function that opens the database; it can be called several times."""
    found: list[Engine] = []

    def one() -> Engine:
        found.append(open_database(url))
        return found[-1]

    yield one
    for each in found:
        each.dispose()


@pytest.fixture
def database(opened: Callable[[], Engine]) -> Engine:
    return opened()
