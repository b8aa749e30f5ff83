"""The outbox: one event for each ended job, and retries until it is delivered."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from sorairo.errors import LeaseLostError
from sorairo.jobs.outbox import CLAIM_SECONDS, PREFIX, RETRY_DELAYS, Outbox
from sorairo.jobs.queue import Queue


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(database: Engine, clock: Clock) -> tuple[Queue, Outbox]:
    return Queue(database, clock=clock), Outbox(database, clock=clock)


def kinds(outbox: Outbox) -> list[tuple[str, str]]:
    """The kinds of all events that are due, which are claimed."""
    found = []
    while event := outbox.claim_next():
        found.append((event.job, event.kind))
        outbox.mark_delivered(event)
    return sorted(found)


def test_every_ended_job_has_one_event(parts: tuple[Queue, Outbox], clock: Clock):
    queue, outbox = parts
    hook = outbox.add_webhook("http://here/", owner="me")
    assert hook.secret.startswith(PREFIX)
    for name in ("done", "fails", "stopped", "lost", "deleted", "goes on"):
        queue.submit(name, {}, owner="me")
    queue.submit("another's", {}, owner="you")
    claimed = {name: queue.claim("w") for name in ("done", "fails")}
    queue.complete(claimed["done"], {})
    queue.fail(claimed["fails"], "any", "Any.")
    with pytest.raises(LeaseLostError):
        queue.complete(claimed["done"], {})
    queue.cancel("stopped")
    queue.delete("deleted")
    assert kinds(outbox) == [("done", "completed"), ("fails", "failed"), ("stopped", "failed")]
    for _ in range(3):
        assert queue.claim("mortal").id == "lost"
        clock.now += 31
    assert queue.claim("w").id == "goes on"
    assert kinds(outbox) == [("lost", "failed")]


def test_failed_deliveries_are_retried_and_finally_dropped(
    parts: tuple[Queue, Outbox], clock: Clock
):
    queue, outbox = parts
    outbox.add_webhook("http://here/")
    queue.submit("a", {})
    queue.complete(queue.claim("w"), {})
    names = set()
    for wait in (*RETRY_DELAYS, None):
        event = outbox.claim_next()
        assert event is not None
        names.add(event.id)
        assert outbox.claim_next() is None, "it is taken"
        outbox.mark_failed(event)
        assert outbox.claim_next() is None, "not at once"
        clock.now += (wait or 1e6) + 1
    assert len(names) == 1
    assert outbox.claim_next() is None, "given up"


def test_an_event_of_a_dead_sender_is_delivered_later(parts: tuple[Queue, Outbox], clock: Clock):
    queue, outbox = parts
    outbox.add_webhook("http://here/")
    queue.submit("a", {})
    queue.complete(queue.claim("w"), {})
    first = outbox.claim_next()
    clock.now += CLAIM_SECONDS + 1
    again = outbox.claim_next()
    assert first is not None
    assert again is not None
    assert first.id == again.id


def test_adding_and_removing_webhooks(parts: tuple[Queue, Outbox]):
    queue, outbox = parts
    one, two = outbox.add_webhook("http://one/"), outbox.add_webhook("http://two/")
    assert {hook.url for hook in outbox.webhooks()} == {"http://one/", "http://two/"}
    queue.submit("a", {})
    queue.complete(queue.claim("w"), {})
    assert outbox.remove_webhook(one.id)
    assert not outbox.remove_webhook(one.id)
    event = outbox.claim_next()
    assert event is not None
    assert event.webhook == two
    assert outbox.claim_next() is None
