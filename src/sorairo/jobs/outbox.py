"""Who is to hear when a job has ended, and what they have not heard yet.

An event is written in the transaction that ends the job, so that there is one if and only if the
job has ended. It is delivered at least once: whoever hears it twice knows it by its id.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from sorairo.jobs.schema import hooks, outbox

PREFIX = "whsec_"
# Seconds to wait after each attempt that failed; after the last there is none.
AGAIN = (5, 30, 300, 1800, 7200, 18_000, 36_000)
TAKEN = 60.0  # seconds in which whoever has taken an event should deliver it


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Where the events of an owner's jobs are sent, and the secret that signs them."""

    id: str
    owner: str
    url: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """`kind`: how the job ended, "completed" or "failed"."""

    id: str
    job: str
    kind: str
    created_at: float
    attempts: int
    hook: Hook


class Outbox:
    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock

    def add_hook(self, url: str, owner: str = "") -> Hook:
        """From now on events of the owner's jobs go to a URL."""
        secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        hook = Hook(id=f"hook_{secrets.token_hex(8)}", owner=owner, url=url, secret=secret)
        with self.database.begin() as connection:
            connection.execute(insert(hooks).values(vars(hook)))
        return hook

    def hooks(self) -> list[Hook]:
        with self.database.begin() as connection:
            rows = connection.execute(select(hooks).order_by(hooks.c.id)).all()
        return [Hook(**row._mapping) for row in rows]

    def remove_hook(self, hook: str) -> bool:
        """With what it has not heard yet. False where there is no such hook."""
        same = hooks.c.id == hook
        with self.database.begin() as connection:
            locked = select(hooks.c.id).where(same).with_for_update()  # no event is added meanwhile
            if connection.execute(locked).one_or_none() is None:
                return False
            connection.execute(delete(outbox).where(outbox.c.hook == hook))
            connection.execute(delete(hooks).where(same))
        return True

    def take(self) -> Event | None:
        """The next event that is due; nobody else gets it for a while."""
        now = self.clock()
        due = select(outbox.c.id).where(outbox.c.due_at <= now).order_by(outbox.c.due_at).limit(1)
        due = due.with_for_update(skip_locked=True)  # SQLite has one writer, and no such words
        with self.database.begin() as connection:
            taken = (
                update(outbox)
                .where(outbox.c.id == due.scalar_subquery())
                .values(due_at=now + TAKEN, attempts=outbox.c.attempts + 1)
                .returning(outbox)
            )
            row = connection.execute(taken).one_or_none()
            if row is None:
                return None
            hook = connection.execute(select(hooks).where(hooks.c.id == row.hook)).one()
        return Event(
            id=row.id,
            job=row.job,
            kind=row.kind,
            created_at=row.created_at,
            attempts=row.attempts,
            hook=Hook(**hook._mapping),
        )

    def delivered(self, event: Event) -> None:
        with self.database.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.id == event.id))

    def failed(self, event: Event) -> None:
        """It is tried again later, or given up."""
        if event.attempts > len(AGAIN):
            self.delivered(event)
            return
        later = self.clock() + AGAIN[event.attempts - 1]
        with self.database.begin() as connection:
            connection.execute(update(outbox).where(outbox.c.id == event.id).values(due_at=later))


def announce(connection: Connection, job: str, owner: str, kind: str, now: float) -> None:
    """Writes the events of a job that ends, in the transaction that ends it."""
    those = select(hooks.c.id).where(hooks.c.owner == owner)
    kept = those.with_for_update(read=True, key_share=True)  # they are not removed meanwhile
    for (hook,) in connection.execute(kept).all():
        row = {"hook": hook, "job": job, "kind": kind, "created_at": now, "due_at": now}
        connection.execute(insert(outbox).values(id=f"evt_{secrets.token_hex(12)}", **row))
