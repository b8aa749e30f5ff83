"""Keys open what they should and nothing else, and are nowhere to be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from sorairo.errors import RequestError
from sorairo.jobs.keys import PREFIX, KeyRing
from sorairo.jobs.schema import keys, open_database


def test_a_key_from_beginning_to_end(database: Engine):
    ring = KeyRing(database)
    assert not ring.exist()
    key, secret = ring.create("studio")
    other, another = ring.create("studio")
    assert secret.startswith(PREFIX)
    assert len(secret) >= len(PREFIX) + 43, "256 bits"
    assert len({secret, another, key.id, other.id}) == 4
    assert ring.exist()
    assert ring.owner(secret) == key.id
    assert ring.owner(another) == other.id
    for wrong in ("", "any", secret[:-1], secret + "x", key.id):
        assert ring.owner(wrong) is None
    assert ring.revoke(key.id)
    assert not ring.revoke(key.id)
    assert not ring.revoke("key_of_nobody")
    assert ring.owner(secret) is None
    assert ring.owner(another) == other.id
    assert [k.revoked_at is None for k in ring.all()] == [False, True]
    assert ring.exist(), "a revoked key is still a reason to ask for one"


def test_secrets_are_not_kept(database: Engine):
    ring = KeyRing(database)
    _, secret = ring.create("studio")
    with database.begin() as connection:
        kept = str(connection.execute(select(keys)).all())
    assert "studio" in kept
    assert secret not in kept
    assert secret.removeprefix(PREFIX) not in kept


def test_nor_anywhere_in_the_files(tmp_path: Path):
    ring = KeyRing(open_database(f"sqlite:///{tmp_path}/jobs.db"))
    _, secret = ring.create("studio")
    ring.database.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"studio" in kept
    assert secret.encode() not in kept
    assert secret.removeprefix(PREFIX).encode() not in kept


def test_a_name_fits(database: Engine):
    ring = KeyRing(database)
    ring.create("n" * 255)
    with pytest.raises(RequestError, match="255"):
        ring.create("n" * 256)
