"""Slow and numerous clients: nobody is shut out, and the server ends within seconds."""

from __future__ import annotations

import json
import logging
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from serving import serving
from sorairo.jobs.job import QUEUED
from sorairo.server import supervisor
from sorairo.server.api.service import Service
from sorairo.server.connections import ConnectionLimits, limit_to_descriptors
from sorairo.server.logs import RepeatFilter

from .conftest import Start, Threaded

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = (
    b"POST /v1/videos%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n"
)
SLOW = ConnectionLimits(head=0.5, body_pause=0.5, body_grace=0.8, write_pause=0.8)
WAIT = 6.0  # seconds: limits are checked once a second


@contextmanager
def connected(port: int, data: bytes = b"", address: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), WAIT, (address, 0)) as one:
        one.sendall(data)
        yield one


def rest(one: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    data = b""
    try:
        while chunk := one.recv(2**16):
            data += chunk
    except ConnectionError:  # the server has dropped it
        pass
    return data


def until_read(running: Threaded) -> None:
    """Waits until the server has read what was sent."""
    time.sleep(0.05)
    end = time.monotonic() + WAIT
    while running.connections.waiting and time.monotonic() < end:
        time.sleep(0.01)


SLOW_CLIENTS = {  # what is sent at once, and again and again
    "silent": (b"", b""),
    "a head": (HEAD, b""),
    "a head that drips": (HEAD, b"X: y\r\n"),
    "a second head that drips": (HEAD + b"\r\n" + HEAD, b"X: y\r\n"),
    "a body": (POST % (b"", 10_000), b""),
    "a body that drips": (POST % (b"", 10_000), b" "),
    "chunks that drip": (
        POST.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") % b"",
        b"1\r\n \r\n",
    ),
}


def test_clients_that_take_too_long_are_disconnected(start: Start, service: Service):
    """All at once, beside one that takes nothing of a large response."""
    request = big_file(service)
    with start(SLOW) as running, ExitStack() as stack:
        sockets = {
            name: stack.enter_context(connected(running.port, data))
            for name, (data, _) in SLOW_CLIENTS.items()
        }
        taking_nothing = stack.enter_context(connected(running.port, request))
        taking_nothing.recv(1000)
        end = time.monotonic() + WAIT
        while running.connections.open:
            assert time.monotonic() < end, [each.address for each in running.connections.open]
            for name, one in sockets.items():
                with suppress(OSError):
                    one.sendall(SLOW_CLIENTS[name][1])
            time.sleep(0.1)
        for name, one in sockets.items():
            received = rest(one)
            if b"drip" not in name.encode():  # unread data makes the kernel drop the response
                assert b"HTTP/1.1 408" in received, name
                assert json.loads(received.rpartition(b"\r\n")[2])["error"]["type"]


def test_a_client_that_takes_little_is_served(start: Start, service: Service):
    request = big_file(service)
    limits = replace(SLOW, write_pause=1.5)
    with start(limits) as running, connected(running.port, request) as one:
        for _ in range(5):
            assert one.recv(2**20)
            time.sleep(0.4)
        assert running.connections.open


def big_file(service: Service) -> bytes:
    """A request for a file of 30 MB."""
    service.queue.submit("video_1", {"video": {}, "command": "generate"})
    claimed = service.queue.claim("me")
    assert claimed is not None
    service.media.put("video_1/1/video.mp4", bytes(30 * 2**20))
    service.queue.complete(claimed, {"folder": "video_1/1"})
    return b"GET /v1/videos/video_1/content HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_those_who_wait_longest_make_room(start: Start):
    """Half-sent heads shut nobody out, and none that is in the middle of a request is dropped."""
    limits = ConnectionLimits(total=20, stalled=60)
    with start(limits) as running, connected(running.port, POST % (b"", 21) + b"{") as working:
        until_read(running)
        sockets = []
        for _ in range(60):
            sockets.append(connected(running.port, HEAD))
            sockets[-1].__enter__()
            time.sleep(0.01)  # the queue of the kernel is short
        begun = time.monotonic()
        assert httpx.get(f"http://127.0.0.1:{running.port}/healthz").status_code == 200
        assert time.monotonic() - begun < 2
        assert len(running.connections.open) <= 20
        working.sendall(b'"prompt": "a ball" }')
        assert working.recv(100).startswith(b"HTTP/1.1 200")
        for each in sockets:
            each.__exit__(None, None, None)


def test_those_who_stall_make_room(start: Start, service: Service):
    """Half-sent bodies and responses that nobody takes, if nothing else can be closed."""
    request = big_file(service)
    with start(ConnectionLimits(total=10, stalled=0.3)) as running, ExitStack() as stack:
        for data in [POST % (b"", 20), request] * 5:
            stack.enter_context(connected(running.port, data))
            until_read(running)
        time.sleep(1.5)  # what is written is looked at once a second
        for _ in range(20):
            assert httpx.get(f"http://127.0.0.1:{running.port}/healthz").status_code == 200
        assert len(running.connections.open) <= 10


def test_one_address_cannot_take_all_connections(start: Start, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ConnectionLimits, "is_shared", lambda _self, one: one != "127.0.0.2")
    limits = ConnectionLimits(total=30, per_address=5, stalled=60)
    body = POST % (b"", 20)
    with start(limits) as running:
        held = [connected(running.port, body, "127.0.0.2") for _ in range(8)]
        sockets = []
        for each in held:
            sockets.append(each.__enter__())
            until_read(running)
        assert rest(sockets[-1]).startswith(b"HTTP/1.1 503"), "all five are in a request"
        assert running.connections.per_address["127.0.0.2"] == 5
        for _ in range(8):
            assert httpx.get(f"http://127.0.0.1:{running.port}/healthz").status_code == 200
        for each in sockets:
            each.close()


def test_limits_of_proxies_and_descriptors():
    limits = ConnectionLimits(proxies=("10.0.0.0/24", "192.0.2.7"))
    assert [limits.is_shared(each) for each in ("10.0.0.9", "192.0.2.7", "127.0.0.1", "::1")]
    assert not limits.is_shared("10.0.1.9")
    assert limit_to_descriptors(limits).total <= limits.total


def test_a_flood_of_messages_is_not_logged():
    lines = RepeatFilter(most=3, interval=0.2)
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "invalid", (), None)
    other = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "other", (), None)
    assert [lines.filter(record) for _ in range(1000)] == [True] * 3 + [False] * 997
    assert lines.filter(other)
    time.sleep(0.25)
    assert lines.filter(record)
    assert record.getMessage() == "invalid [and 997 more like this before]"


def test_sigterm_ends_the_server_whatever_is_open(tmp_path: Path):
    with serving(tmp_path, workers=0) as server:
        port = int(server.url.rpartition(":")[2])
        job = httpx.post(f"{server.url}/v1/videos", json={"prompt": "a ball"}).json()["id"]
        events = f"GET /v1/videos/{job}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        prompt = b'{"prompt": "a cube"}'
        with (
            connected(port, events) as watching,
            connected(port, POST % (b"/sync", len(prompt)) + prompt) as waiting,
            connected(port, POST % (b"", 100) + b'{"pro') as sending,
            connected(port, HEAD),
            connected(port),
        ):
            time.sleep(0.5)
            begun = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(10) == 0
            assert time.monotonic() - begun < 4
            assert b": the server is stopping" in rest(watching)
            for one in (waiting, sending):
                answer = rest(one)
                assert answer.startswith(b"HTTP/1.1 503")
                assert b"retry-after: " in answer
    with serving(tmp_path, workers=0) as again:
        videos = httpx.get(f"{again.url}/v1/videos").json()["data"]
        assert [each["status"] for each in videos] == [QUEUED] * 2, "both jobs are kept"


def test_a_slow_download_does_not_hold_up_the_end(
    start: Start, service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    request = big_file(service)
    with start(ConnectionLimits()) as running, connected(running.port, request) as one:
        one.recv(1000)
        begun = time.monotonic()
        running.server.should_exit = True
        while running.connections.open:
            assert time.monotonic() - begun < 3
            time.sleep(0.05)
        assert time.monotonic() - begun > 0.4, "it had its time"
