"""Databases that cannot be opened, in a sentence."""

from __future__ import annotations

import pytest

from postgresql import PostgreSQL
from sorairo.errors import ConfigError, MissingExtraError
from sorairo.server.supervisor import StorageUrls


def test_a_driver_that_is_not_there():
    with pytest.raises(MissingExtraError, match=r"pg8000.*sorairo\[postgresql\]"):
        StorageUrls(database="postgresql+pg8000://here/jobs", media="").open_database()


@pytest.mark.parametrize("url", ["oracle+none://here/jobs", "no address"])
def test_what_is_no_database(url: str):
    with pytest.raises(ConfigError, match="check --database"):
        StorageUrls(database=url, media="").open_database()


def test_one_that_does_not_answer(postgresql: PostgreSQL):
    url = postgresql.new()
    postgresql.stop()
    try:
        with pytest.raises(ConfigError, match="check --database"):
            StorageUrls(database=url, media="").open_database()
    finally:
        postgresql.start()
    StorageUrls(database=url, media="").open_database().dispose()
