"""FileStore: files that clients upload once, and name in later requests."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, or_, select

from sorairo.errors import RequestError
from sorairo.jobs.schema import files
from sorairo.jobs.stored.ledger import add_stored, check_storage, remove_stored
from sorairo.notes import Note

_ID = re.compile(r"file-[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One row of the table `files`."""

    id: str
    """Also its folder in the media store."""
    owner: str
    """The id of the API key that uploaded it; "" without a key."""
    filename: str
    """The client's name of the file, which is never a path here."""
    purpose: str
    """What it is for, such as "vision" or "batch"."""
    bytes: int
    """Its size."""
    created_at: float
    """Seconds since 1970."""
    expires_at: float | None
    """When it is deleted; None: never."""

    @property
    def path(self) -> str:
        """Its name in the media store."""
        return f"{self.id}/content"


class FileStore:
    """The files in a database. Expired files are found no more, and are deleted later."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def new(
        self, filename: str, purpose: str, size: int, owner: str = "", lasts: float | None = None
    ) -> StoredFile:
        """A file with a new id that is not stored yet; it expires after `lasts` seconds. Ids sort
        by time, so that a list can be walked from a file that is deleted meanwhile."""
        now = self.clock()
        return StoredFile(
            id=f"file-{int(now * 1e6):013x}{secrets.token_hex(10)[:19]}",
            owner=owner,
            filename=filename,
            purpose=purpose,
            bytes=size,
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
        )

    def add(self, file: StoredFile, most_bytes: float | None = None) -> None:
        """Stores a new file. Raises QuotaError if its owner would store more than `most_bytes`."""
        with self.database.begin() as connection:
            check_storage(connection, file.owner, file.bytes, most_bytes)
            add_stored(connection, file.id, file.owner, file.bytes)
            connection.execute(insert(files).values(vars(file)))

    def get(self, file: str, owner: str) -> StoredFile | None:
        """The owner's file with this id; None if there is none."""
        if not file.isprintable():  # PostgreSQL rejects NUL
            return None
        mine = and_(files.c.id == file, files.c.owner == owner, self._lasts())
        with self.reading.begin() as connection:
            row = connection.execute(select(files).where(mine)).one_or_none()
        return None if row is None else StoredFile(**row._mapping)

    def page(
        self,
        owner: str,
        *,
        limit: int,
        after: str | None = None,
        purpose: str | None = None,
        newest_first: bool = True,
    ) -> tuple[list[StoredFile], bool]:
        """Up to `limit` files of an owner that follow the id `after`, and whether there are more.
        Raises RequestError if no file can have had that id."""
        query = select(files).where(files.c.owner == owner, self._lasts())
        if purpose is not None:
            query = query.where(files.c.purpose == purpose)
        if after is not None:
            if not _ID.fullmatch(after):
                raise RequestError(
                    Note(f"There is no file '{after[:80]}'.", "no_file", id=after[:80])
                )
            query = query.where(files.c.id < after if newest_first else files.c.id > after)
        order = files.c.id.desc() if newest_first else files.c.id
        with self.reading.begin() as connection:
            rows = connection.execute(query.order_by(order).limit(limit + 1)).all()
        return [StoredFile(**row._mapping) for row in rows[:limit]], len(rows) > limit

    def existing_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that belong to a file of any owner."""
        with self.reading.begin() as connection:
            query = select(files.c.id).where(files.c.id.in_(ids))
            return set(connection.execute(query).scalars())

    def expired(self, limit: int = 100) -> list[str]:
        """The ids of files that have expired."""
        with self.reading.begin() as connection:
            query = select(files.c.id).where(files.c.expires_at <= self.clock()).limit(limit)
            return list(connection.execute(query).scalars())

    def remove(self, file: str, owner: str | None = None) -> bool:
        """Removes a file, of this owner if one is given. False if there is none."""
        mine = files.c.id == file
        if owner is not None:
            mine = and_(mine, files.c.owner == owner)
        with self.database.begin() as connection:
            deletion = delete(files).where(mine).returning(files.c.id)
            found = connection.execute(deletion).one_or_none() is not None
            if found:
                remove_stored(connection, file)
        return found

    def _lasts(self) -> ColumnElement[bool]:
        return or_(files.c.expires_at.is_(None), files.c.expires_at > self.clock())
