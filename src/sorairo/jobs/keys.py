"""API keys: 256 random bits each, shown once; the database keeps only their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from sorairo.jobs.tables import keys

PREFIX = "sk-sorairo-"


@dataclass(frozen=True, kw_only=True)
class Key:
    """`id` owns jobs; times are in seconds since 1970."""

    id: str
    name: str
    created_at: float
    revoked_at: float | None


class KeyRing:
    """The keys in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def create(self, name: str) -> tuple[Key, str]:
        """A new key, and its secret, which is told this once."""
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(
            id=f"key_{secrets.token_hex(8)}", name=name, created_at=self.clock(), revoked_at=None
        )
        row = {"id": key.id, "name": name, "digest": _digest(secret), "created_at": key.created_at}
        with self.database.begin() as connection:
            connection.execute(insert(keys).values(row))
        return key, secret

    def all(self) -> list[Key]:
        """Revoked ones too, the oldest first."""
        with self.reading.begin() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at)).all()
        return [
            Key(id=r.id, name=r.name, created_at=r.created_at, revoked_at=r.revoked_at)
            for r in rows
        ]

    def revoke(self, key: str) -> bool:
        """From now on it opens nothing. False where there is no such key, or it was revoked."""
        with self.database.begin() as connection:
            valid = (keys.c.id == key, keys.c.revoked_at.is_(None))
            changed = update(keys).where(*valid).values(revoked_at=self.clock())
            return connection.execute(changed.returning(keys.c.id)).one_or_none() is not None

    def exist(self) -> bool:
        """Whether there has ever been one: the server asks for keys from then on."""
        with self.reading.begin() as connection:
            return connection.execute(select(keys.c.id).limit(1)).one_or_none() is not None

    def owner(self, secret: str) -> str | None:
        """The id of the key with this secret; None where none that is valid has it."""
        digest = _digest(secret)
        valid = (keys.c.digest == digest, keys.c.revoked_at.is_(None))
        with self.reading.begin() as connection:
            row = connection.execute(select(keys.c.id, keys.c.digest).where(*valid)).one_or_none()
        return row.id if row is not None and hmac.compare_digest(row.digest, digest) else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
