"""Databases that cannot be opened give a clear error."""

from __future__ import annotations

import pytest

from postgresql import PostgreSQL
from sorairo.errors import ConfigError, MissingExtraError
from sorairo.server.storage_urls import StorageUrls


def test_a_missing_driver():
    with pytest.raises(MissingExtraError, match=r"pg8000.*sorairo\[postgresql\]"):
        StorageUrls(database="postgresql+pg8000://here/jobs", media="").open_database()


@pytest.mark.parametrize("url", ["oracle+none://here/jobs", "no address"])
def test_an_invalid_database_url(url: str):
    with pytest.raises(ConfigError, match="check --database"):
        StorageUrls(database=url, media="").open_database()


def test_an_unreachable_database(postgresql: PostgreSQL):
    url = postgresql.new()
    postgresql.stop()
    try:
        with pytest.raises(ConfigError, match="check --database"):
            StorageUrls(database=url, media="").open_database()
    finally:
        postgresql.start()
    StorageUrls(database=url, media="").open_database().dispose()
