"""API keys: 256 random bits each, shown once; the database keeps only their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from sorairo.errors import RequestError
from sorairo.jobs.schema import keys

PREFIX = "sk-sorairo-"
LONGEST_NAME = 255


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many jobs of an owner may wait or run, and what all of a day's may cost, in pixels times
    seconds; None: no bound."""

    most_waiting: int | None = None
    most_cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class Key:
    """`id` owns jobs; times are in seconds since 1970."""

    id: str
    name: str
    created_at: float
    revoked_at: float | None
    quota: Quota = Quota()


class KeyRing:
    """The keys in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def create(self, name: str, quota: Quota = Quota()) -> tuple[Key, str]:
        """A new key, and its secret, which is told this once. Raises RequestError."""
        if len(name) > LONGEST_NAME:
            raise RequestError(f"A key's name has at most {LONGEST_NAME} characters: shorten it.")
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(
            id=f"key_{secrets.token_hex(8)}",
            name=name,
            created_at=self.clock(),
            revoked_at=None,
            quota=quota,
        )
        row = {"id": key.id, "name": name, "digest": _digest(secret), "created_at": key.created_at}
        row |= {"most_waiting": quota.most_waiting, "most_cost": quota.most_cost}
        with self.database.begin() as connection:
            connection.execute(insert(keys).values(row))
        return key, secret

    def all(self) -> list[Key]:
        """Revoked ones too, the oldest first."""
        with self.reading.begin() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at)).all()
        return [_key(row) for row in rows]

    def quota(self, key: str) -> Quota:
        """That of a key's id; none where there is no such key."""
        with self.reading.begin() as connection:
            row = connection.execute(select(keys).where(keys.c.id == key)).one_or_none()
        return Quota() if row is None else _key(row).quota

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


def _key(row: Row[Any]) -> Key:
    quota = Quota(most_waiting=row.most_waiting, most_cost=row.most_cost)
    return Key(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        quota=quota,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
