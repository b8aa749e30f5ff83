"""Receivers of webhooks that are slow, endless or silent delay no other receiver, and no stop."""

from __future__ import annotations

import asyncio
import gc
import socketserver
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio._backends._asyncio import TaskGroup
from sqlalchemy import Engine

from serving import Listening, in_thread, listening
from sorairo.jobs.database import open_database
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.server.background import webhook_sender
from sorairo.server.background.periodic import PeriodicThread
from sorairo.server.background.webhook_sender import WebhookSender

OK = b"HTTP/1.1 200 OK\r\n"
FAILING = ("dripping head", "endless head", "endless interim answers", "silent", "no HTTP")
ANSWERED = ("dripping body", "endless body")
PIECE = bytes(2**16)


class IllReceiver(socketserver.StreamRequestHandler):
    """Answers as the path says; `sent` has the bytes that the server took, by kind."""

    sent: dict[str, int]

    def handle(self) -> None:
        kind = self.rfile.readline().split(b" ")[1].decode().strip("/").replace("-", " ")
        pieces = {
            "dripping head": (b"", b"x"),
            "endless head": (OK, b"x: " + PIECE + b"\r\n"),
            "endless interim answers": (b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 100),
            "silent": (b"", b""),
            "no HTTP": (b"", PIECE),
            "dripping body": (OK + b"\r\n", b"x"),
            "endless body": (OK + b"\r\n", PIECE),
        }
        first, more = pieces[kind]
        self.wfile.write(first)
        pause = 0.1 if len(more) < 2 else 0.01  # the test shares its core with the server
        while not self.server.ending.wait(pause):  # type: ignore[attr-defined]
            try:
                self.wfile.write(more)
            except OSError:
                return
            self.sent[kind] = self.sent.get(kind, 0) + len(more)


class IllServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def ill() -> Iterator[str]:
    IllReceiver.sent = {}
    server = IllServer(("127.0.0.1", 0), IllReceiver)
    server.ending = threading.Event()  # type: ignore[attr-defined]
    with in_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.ending.set()  # type: ignore[attr-defined]


@pytest.fixture
def well() -> Iterator[Listening]:
    with listening() as one:
        yield one


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.dispose()


def test_other_receivers_hear_at_once(database: Engine, ill: str, well: Listening):
    queue, outbox = Queue(database), Outbox(database)
    for kind in (*FAILING, *ANSWERED):
        outbox.add_webhook(f"{ill}/{kind.replace(' ', '-')}")
    outbox.add_webhook("http://127.0.0.1:9/")  # where nothing listens
    outbox.add_webhook("http://[half/")
    outbox.add_webhook(well.url)
    for number in range(3):
        queue.submit(f"job-{number}", {})
        queue.cancel(f"job-{number}")
    sender = WebhookSender(outbox, deadline=3.0)
    thread = PeriodicThread("webhook delivery", sender.run)
    thread.start()
    begun = time.monotonic()
    for _ in range(3):
        well.received.get(timeout=2.5)
    assert time.monotonic() - begun < 2.5
    while time.monotonic() - begun < 3.5 and len(sender.busy) > 0:
        time.sleep(0.05)
    thread.stop()
    sender.close()
    assert all(sent < 40 * len(PIECE) for sent in IllReceiver.sent.values()), IllReceiver.sent
    with database.begin() as connection:
        left = connection.exec_driver_sql(
            "SELECT url, count(*), max(attempts) FROM outbox JOIN hooks ON hook = hooks.id"
            " GROUP BY url"
        ).all()
    assert {row[0].rpartition("/")[2].replace("-", " ") for row in left} == {*FAILING, ""}
    assert all(row[1] == 3 for row in left), "each is tried again"


def test_stopping_waits_for_no_receiver(database: Engine, ill: str):
    queue, outbox = Queue(database), Outbox(database)
    outbox.add_webhook(f"{ill}/silent")
    queue.submit("a", {})
    queue.cancel("a")
    sender = WebhookSender(outbox)
    thread = PeriodicThread("webhook delivery", sender.run)
    thread.start()
    while not sender.busy:
        time.sleep(0.01)
    begun = time.monotonic()
    thread.stop()
    sender.close()
    assert not sender.thread.is_alive()
    assert time.monotonic() - begun < 2
    assert sender.loop.is_closed()
    assert not sender.ended, "an abandoned delivery is no failure"


def test_deliveries_at_once_are_bounded(
    database: Engine, ill: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhook_sender, "MAX_DELIVERIES", 3)
    queue, outbox = Queue(database), Outbox(database)
    for _ in range(6):
        outbox.add_webhook(f"{ill}/silent")
    queue.submit("a", {})
    queue.cancel("a")
    sender = WebhookSender(outbox)
    for _ in range(3):
        sender.run()
    assert len(sender.busy) == 3
    sender.close()


@pytest.mark.parametrize("begun", [False, True])
def test_nothing_is_left_open(database: Engine, ill: str, begun: bool):
    """No socket, event loop or coroutine is left to the garbage collector, even if deliveries were
    begun in the moment of closing."""
    queue, outbox = Queue(database), Outbox(database)
    for _ in range(8):
        outbox.add_webhook(f"{ill}/silent")
    queue.submit("a", {})
    queue.cancel("a")
    sender = WebhookSender(outbox)
    if begun:
        sender.run()
    sender.close()
    assert sender.loop.is_closed()
    assert asyncio.all_tasks(sender.loop) == set()


def test_stopping_while_it_connects_leaves_nothing(
    database: Engine, ill: str, monkeypatch: pytest.MonkeyPatch
):
    """A connection to a name is made by tasks of anyio, of which one may not have started."""
    queue, outbox = Queue(database), Outbox(database)
    outbox.add_webhook(f"{ill.replace('127.0.0.1', 'localhost')}/silent")
    queue.submit("a", {})
    queue.cancel("a")
    sender = WebhookSender(outbox)
    begins = TaskGroup.start_soon

    def start_soon_and_stop(group: TaskGroup, *arguments: Any, **named: Any) -> object:
        sender.loop.stop()
        return begins(group, *arguments, **named)

    monkeypatch.setattr(TaskGroup, "start_soon", start_soon_and_stop)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sender.run()
        sender.thread.join(5)
        gc.collect()
    assert sender.loop.is_closed()
    assert not [str(one.message) for one in caught]
