"""Things that are to be seen again: a name for a clip that the media store keeps."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, and_, delete, insert, select

from sorairo.jobs.schema import characters


@dataclass(frozen=True, kw_only=True)
class Character:
    """`created_at` in seconds since 1970."""

    id: str
    owner: str
    name: str
    created_at: float


class Characters:
    """The characters in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def add(self, character: str, name: str, owner: str = "") -> Character:
        made = Character(id=character, owner=owner, name=name, created_at=self.clock())
        with self.database.begin() as connection:
            connection.execute(insert(characters).values(vars(made)))
        return made

    def get(self, character: str, owner: str) -> Character | None:
        """None where there is no such character, or it is another one's."""
        if not character.isprintable():  # PostgreSQL takes no NUL
            return None
        mine = and_(characters.c.id == character, characters.c.owner == owner)
        with self.reading.begin() as connection:
            row = connection.execute(select(characters).where(mine)).one_or_none()
        return None if row is None else Character(**row._mapping)

    def known(self, names: Sequence[str]) -> set[str]:
        """Those names that are anybody's."""
        with self.reading.begin() as connection:
            asked = select(characters.c.id).where(characters.c.id.in_(names))
            return set(connection.execute(asked).scalars())

    def remove(self, character: str, owner: str) -> bool:
        """False where there is no such character, or it is another one's."""
        mine = and_(characters.c.id == character, characters.c.owner == owner)
        with self.database.begin() as connection:
            gone = delete(characters).where(mine).returning(characters.c.id)
            return connection.execute(gone).one_or_none() is not None


def new_character() -> str:
    return f"char_{secrets.token_hex(16)}"
