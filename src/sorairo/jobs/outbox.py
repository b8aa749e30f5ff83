"""The outbox: webhooks, and the events that have not been delivered to them yet.

An event is written in the transaction that ends the job, so it exists if and only if the job has
ended. It is delivered at least once; a receiver recognises duplicates by the id.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, insert, select, update

from sorairo.jobs import clock as clocks
from sorairo.jobs.schema import hooks, outbox

PREFIX = "whsec_"
# Seconds to wait after each failed attempt; after the last one the event is dropped.
RETRY_DELAYS = (5, 30, 300, 1800, 7200, 18_000, 36_000)
CLAIM_SECONDS = 60.0  # in which the process that claimed an event should deliver it


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address to which the events of an owner's jobs are sent."""

    id: str
    """A random id, `hook_...`."""
    owner: str
    """The id of the API key whose jobs it is about; "" for jobs without a key."""
    url: str
    """Where events are posted."""
    secret: str
    """The key that signs events, `whsec_...`."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """The end of a job, to be delivered to one webhook."""

    id: str
    """A random id, the same in every attempt."""
    job: str
    """The id of the job."""
    kind: str
    """How the job ended: "completed" or "failed"."""
    created_at: float
    """When the job ended, in seconds since 1970."""
    attempts: int
    """How often delivery was attempted, including the current attempt."""
    webhook: Webhook
    """Where to deliver it."""


class Outbox:
    """The webhooks and undelivered events in a database."""

    def __init__(self, database: Engine, *, clock: clocks.Clock | None = None) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def add_webhook(self, url: str, owner: str = "") -> Webhook:
        """A new webhook for the jobs of an owner that end from now on."""
        secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        added = Webhook(id=f"hook_{secrets.token_hex(8)}", owner=owner, url=url, secret=secret)
        with self.database.begin() as connection:
            connection.execute(insert(hooks).values(vars(added)))
        return added

    def webhooks(self) -> list[Webhook]:
        """All webhooks, ordered by id."""
        with self.reading.begin() as connection:
            rows = connection.execute(select(hooks).order_by(hooks.c.id)).all()
        return [Webhook(**row._mapping) for row in rows]

    def remove_webhook(self, webhook: str) -> bool:
        """Removes a webhook and its undelivered events. False if there is none with this id."""
        same = hooks.c.id == webhook
        with self.database.begin() as connection:
            locked = select(hooks.c.id).where(same).with_for_update()  # keeps new events out
            if connection.execute(locked).one_or_none() is None:
                return False
            connection.execute(delete(outbox).where(outbox.c.hook == webhook))
            connection.execute(delete(hooks).where(same))
        return True

    def any_due(self, busy: Collection[str] = ()) -> bool:
        """Whether `claim_next` would find an event. Unlike it, this takes no write lock."""
        with self.reading.begin() as connection:
            due = self._due(connection, busy).limit(1)
            return connection.execute(due).one_or_none() is not None

    def claim_next(self, busy: Collection[str] = ()) -> Event | None:
        """The next event that is due, of a webhook that is not in `busy`; no other process gets it
        for CLAIM_SECONDS."""
        with self.database.begin() as connection:
            now = clocks.now(connection, self.clock)
            due = self._due(connection, busy).order_by(outbox.c.due_at).limit(1)
            due = due.with_for_update(skip_locked=True)  # SQLite ignores this: it has one writer
            claim = (
                update(outbox)
                .where(outbox.c.id == due.scalar_subquery())
                .values(due_at=now + CLAIM_SECONDS, attempts=outbox.c.attempts + 1)
                .returning(outbox)
            )
            row = connection.execute(claim).one_or_none()
            if row is None:
                return None
            webhook = connection.execute(select(hooks).where(hooks.c.id == row.hook)).one()
        return Event(
            id=row.id,
            job=row.job,
            kind=row.kind,
            created_at=row.created_at,
            attempts=row.attempts,
            webhook=Webhook(**webhook._mapping),
        )

    def _due(self, connection: Connection, busy: Collection[str]) -> Select[Any]:
        due = select(outbox.c.id).where(outbox.c.due_at <= clocks.now(connection, self.clock))
        return due.where(outbox.c.hook.not_in(busy)) if busy else due

    def mark_delivered(self, event: Event) -> None:
        """Removes an event."""
        with self.database.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.id == event.id))

    def mark_failed(self, event: Event) -> None:
        """Schedules the next attempt; after the last one, removes the event."""
        if event.attempts > len(RETRY_DELAYS):
            self.mark_delivered(event)
            return
        delay = RETRY_DELAYS[event.attempts - 1]
        with self.database.begin() as connection:
            due_at = clocks.now(connection, self.clock) + delay
            connection.execute(update(outbox).where(outbox.c.id == event.id).values(due_at=due_at))


def add_events(connection: Connection, job: str, owner: str, kind: str, now: float) -> None:
    """Writes the events of a job that ends, within the transaction that ends it."""
    query = select(hooks.c.id).where(hooks.c.owner == owner)
    locked = query.with_for_update(read=True, key_share=True)  # against removal of the webhooks
    for (webhook,) in connection.execute(locked).all():
        row = {"hook": webhook, "job": job, "kind": kind, "created_at": now, "due_at": now}
        connection.execute(insert(outbox).values(id=f"evt_{secrets.token_hex(12)}", **row))
