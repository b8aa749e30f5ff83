"""CharacterStore: names under which clips in the media store can be shown again in later videos."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, and_, delete, insert, select, tuple_

from sorairo.jobs.cursors import KEPT_SECONDS
from sorairo.jobs.schema import characters, deleted_characters
from sorairo.jobs.stored.ledger import add_stored, check_storage, remove_stored

MAX_NAME_LENGTH = 80  # characters of the name


@dataclass(frozen=True, kw_only=True)
class Character:
    """One row of the table `characters`."""

    id: str
    """Also the folder of its clip in the media store."""
    owner: str
    """The id of the API key that created it; "" without a key."""
    name: str
    """The name by which prompts refer to it."""
    created_at: float
    """Seconds since 1970."""
    video: str | None = None
    """The id of the video whose clip it is; None for an upload."""

    @property
    def clip(self) -> str:
        """The name of its clip in the media store."""
        return clip_name(self.id)


class CharacterStore:
    """The characters in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def add(
        self,
        character: str,
        name: str,
        owner: str = "",
        *,
        size: int = 0,
        video: str | None = None,
        most_bytes: float | None = None,
    ) -> Character:
        """Stores a new character under the id `character`, whose clip has `size` bytes, and is that
        of a `video`. Raises
        QuotaError if its owner would store more than `most_bytes`."""
        now = self.clock()
        added = Character(id=character, owner=owner, name=name, created_at=now, video=video)
        with self.database.begin() as connection:
            check_storage(connection, owner, size, most_bytes)
            add_stored(connection, character, owner, size)
            connection.execute(insert(characters).values(vars(added)))
        return added

    def page(
        self, owner: str, *, limit: int = 20, after: str | None = None
    ) -> tuple[list[Character], bool] | None:
        """Up to `limit` characters of an owner that follow `after`, which may be removed meanwhile,
        newest first, and whether there are more; None if there never was a character `after`."""
        query = select(characters).where(characters.c.owner == owner)
        order = (characters.c.created_at.desc(), characters.c.id.desc())
        with self.reading.begin() as connection:
            if after is not None:
                created_at = _creation_time(connection, after, owner)
                if created_at is None:
                    return None
                place = tuple_(characters.c.created_at, characters.c.id)
                query = query.where(place < (created_at, after))
            rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
        return [Character(**row._mapping) for row in rows[:limit]], len(rows) > limit

    def get(self, character: str, owner: str) -> Character | None:
        """The owner's character with this id; None if there is none."""
        if not character.isprintable():  # PostgreSQL rejects NUL
            return None
        mine = and_(characters.c.id == character, characters.c.owner == owner)
        with self.reading.begin() as connection:
            row = connection.execute(select(characters).where(mine)).one_or_none()
        return None if row is None else Character(**row._mapping)

    def named(self, name: str, owner: str) -> list[Character]:
        """The owner's characters with this name, oldest first."""
        mine = and_(characters.c.name == name, characters.c.owner == owner)
        query = select(characters).where(mine).order_by(characters.c.created_at, characters.c.id)
        with self.reading.begin() as connection:
            return [Character(**row._mapping) for row in connection.execute(query)]

    def existing_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that belong to a character of any owner."""
        with self.reading.begin() as connection:
            query = select(characters.c.id).where(characters.c.id.in_(ids))
            return set(connection.execute(query).scalars())

    def remove(self, character: str, owner: str) -> bool:
        """Removes the owner's character. False if there is none."""
        mine = and_(characters.c.id == character, characters.c.owner == owner)
        with self.database.begin() as connection:
            deletion = delete(characters).where(mine).returning(characters)
            row = connection.execute(deletion).one_or_none()
            if row is not None:
                _remember_place(connection, Character(**row._mapping), self.clock())
                remove_stored(connection, character)
        return row is not None


def _creation_time(connection: Connection, character: str, owner: str) -> float | None:
    """When an owner's character was created, which may be removed meanwhile; None if there never
    was one."""
    for table in (characters, deleted_characters) if character.isprintable() else ():
        mine = and_(table.c.id == character, table.c.owner == owner)
        found = connection.execute(select(table.c.created_at).where(mine)).scalar_one_or_none()
        if found is not None:
            return found
    return None


def _remember_place(connection: Connection, character: Character, now: float) -> None:
    """Keeps what a cursor needs of a removed character, and forgets those of long ago."""
    same = deleted_characters.c.id == character.id
    old = (deleted_characters.c.deleted_at < now - KEPT_SECONDS) | same
    connection.execute(delete(deleted_characters).where(old))
    row = {"id": character.id, "owner": character.owner, "created_at": character.created_at}
    connection.execute(insert(deleted_characters).values(**row, deleted_at=now))


def clip_name(character: str) -> str:
    """The name of a character's clip in the media store, by the id of the character."""
    return f"{character}/given/0"


def new_character_id() -> str:
    """A random id."""
    return f"char_{secrets.token_hex(16)}"
