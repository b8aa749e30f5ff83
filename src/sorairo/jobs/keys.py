"""API keys: 256 random bits each, shown once; the database stores only their SHA-256 digest."""

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
MAX_NAME_LENGTH = 255


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Limits on the jobs of one owner; None means no limit."""

    most_waiting: int | None = None
    """How many jobs may be queued or running at once."""
    most_cost: float | None = None
    """The total cost of the jobs of one day, in pixels times seconds."""
    most_bytes: float | None = None
    """The total size of stored videos, given files, characters and files."""


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """An API key without its secret. Times are in seconds since 1970."""

    id: str
    """The owner of the jobs that are submitted with the key."""
    name: str
    """A label for the people who manage the keys."""
    created_at: float
    """When the key was created."""
    revoked_at: float | None
    """When the key was revoked; None while it is valid."""
    quota: Quota = Quota()
    """What the key may use."""
    admin: bool = False
    """Whether requests with the key may list, create and revoke keys."""


class ApiKeyStore:
    """The API keys in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def create(
        self, name: str, quota: Quota = Quota(), *, admin: bool = False
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which cannot be read again later. Raises RequestError."""
        if len(name) > MAX_NAME_LENGTH:
            raise RequestError(
                f"The name of a key has at most {MAX_NAME_LENGTH} characters: shorten it."
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            id=f"key_{secrets.token_hex(8)}",
            name=name,
            created_at=self.clock(),
            revoked_at=None,
            quota=quota,
            admin=admin,
        )
        row = {"id": key.id, "name": name, "digest": _digest(secret), "created_at": key.created_at}
        row |= {**vars(quota), "admin": admin}
        with self.database.begin() as connection:
            connection.execute(insert(keys).values(row))
        return key, secret

    def all_keys(self) -> list[ApiKey]:
        """All keys, oldest first, including revoked ones."""
        with self.reading.begin() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at)).all()
        return [_key(row) for row in rows]

    def quota(self, key: str) -> Quota:
        """The quota of the key with this id; no limits if there is no such key."""
        found = self.find(key)
        return Quota() if found is None else found.quota

    def find(self, key: str) -> ApiKey | None:
        """The key with this id; None if there is none."""
        with self.reading.begin() as connection:
            row = connection.execute(select(keys).where(keys.c.id == key)).one_or_none()
        return None if row is None else _key(row)

    def revoke(self, key: str) -> bool:
        """Makes a key invalid. False if there is no valid key with this id."""
        with self.database.begin() as connection:
            valid = (keys.c.id == key, keys.c.revoked_at.is_(None))
            revocation = update(keys).where(*valid).values(revoked_at=self.clock())
            return connection.execute(revocation.returning(keys.c.id)).one_or_none() is not None

    def is_valid(self, key: str) -> bool:
        """Whether there is a key with this id that has not been revoked."""
        valid = (keys.c.id == key, keys.c.revoked_at.is_(None))
        with self.reading.begin() as connection:
            return connection.execute(select(keys.c.id).where(*valid)).one_or_none() is not None

    def any_exist(self) -> bool:
        """Whether a key was ever created: from then on the server requires keys."""
        with self.reading.begin() as connection:
            return connection.execute(select(keys.c.id).limit(1)).one_or_none() is not None

    def find_owner(self, secret: str) -> str | None:
        """The id of the valid key with this secret; None if there is none."""
        digest = _digest(secret)
        valid = (keys.c.digest == digest, keys.c.revoked_at.is_(None))
        with self.reading.begin() as connection:
            row = connection.execute(select(keys.c.id, keys.c.digest).where(*valid)).one_or_none()
        return row.id if row is not None and hmac.compare_digest(row.digest, digest) else None


def _key(row: Row[Any]) -> ApiKey:
    quota = Quota(most_waiting=row.most_waiting, most_cost=row.most_cost, most_bytes=row.most_bytes)
    return ApiKey(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        quota=quota,
        admin=row.admin,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
