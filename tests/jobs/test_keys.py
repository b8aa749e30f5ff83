"""API keys: valid and revoked ones; secrets are not stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from sorairo.errors import RequestError
from sorairo.jobs.database import open_database
from sorairo.jobs.keys import PREFIX, ApiKeyStore
from sorairo.jobs.schema import keys


def test_a_key_from_beginning_to_end(database: Engine):
    store = ApiKeyStore(database)
    assert not store.any_exist()
    key, secret = store.create("studio")
    other, another = store.create("studio")
    assert secret.startswith(PREFIX)
    assert len(secret) >= len(PREFIX) + 43, "256 bits"
    assert len({secret, another, key.id, other.id}) == 4
    assert store.any_exist()
    assert store.find_owner(secret) == key.id
    assert store.find_owner(another) == other.id
    for wrong in ("", "any", secret[:-1], secret + "x", key.id):
        assert store.find_owner(wrong) is None
    assert store.revoke(key.id)
    assert not store.revoke(key.id)
    assert not store.revoke("key_of_nobody")
    assert store.find_owner(secret) is None
    assert store.find_owner(another) == other.id
    assert [k.revoked_at is None for k in store.all_keys()] == [False, True]
    assert store.any_exist(), "a revoked key is still a reason to ask for one"


def test_secrets_are_not_stored(database: Engine):
    store = ApiKeyStore(database)
    _, secret = store.create("studio")
    with database.begin() as connection:
        kept = str(connection.execute(select(keys)).all())
    assert "studio" in kept
    assert secret not in kept
    assert secret.removeprefix(PREFIX) not in kept


def test_secrets_are_not_in_the_files(tmp_path: Path):
    store = ApiKeyStore(open_database(f"sqlite:///{tmp_path}/jobs.db"))
    _, secret = store.create("studio")
    store.database.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"studio" in kept
    assert secret.encode() not in kept
    assert secret.removeprefix(PREFIX).encode() not in kept


def test_the_length_of_a_name(database: Engine):
    store = ApiKeyStore(database)
    store.create("n" * 255)
    with pytest.raises(RequestError, match="255"):
        store.create("n" * 256)
