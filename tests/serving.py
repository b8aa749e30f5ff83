"""A real server: `sorairo serve` with a worker, on a free port, in a folder of its own; and a
listener for its webhooks."""

from __future__ import annotations

import io
import json
import os
import queue
import signal
import socket
import socketserver
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from PIL import Image

UP_WITHIN, DOWN_WITHIN = 60, 20  # seconds


@dataclass(frozen=True)
class Running:
    url: str
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(
    folder: Path,
    *,
    port: int = 0,
    workers: int = 1,
    media: str = "",
    command: tuple[str, ...] = ("serve",),
    options: tuple[str, ...] = (),
) -> Iterator[Running]:
    """The server, until the block ends; `options` are further words of the command."""
    port = port or free_port()
    where = [*database(folder), "--media", media or str(folder / "media")]
    words = [*command, "--port", str(port), "--workers", str(workers), *where, *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", *words],
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield Running(url=url, process=process)
    finally:
        process.terminate()
        try:
            process.wait(DOWN_WITHIN)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "the server has ended"
        try:
            httpx.get(f"{url}/healthz", timeout=2).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def database(folder: Path) -> list[str]:
    """The words that name the database of a server's folder."""
    return ["--database", f"sqlite:///{folder}/jobs.db"]


def run_json(folder: Path, *words: str) -> dict[str, Any]:
    """Runs `sorairo WORDS --json`, for example `keys create`, on the database of a folder."""
    command = [sys.executable, "-m", "sorairo", *words, "--json", *database(folder)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@contextmanager
def in_thread(server: socketserver.BaseServer) -> Iterator[None]:
    """A server of this process answers, in a thread, until the block ends. It looks often whether
    it has to stop: by itself, each half second."""
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Listening:
    """A listener at `url`; `received` has the bodies and headers of its requests."""

    url: str
    received: queue.Queue[tuple[bytes, dict[str, str]]]


@contextmanager
def listening() -> Iterator[Listening]:
    """A listener to webhooks, until the block ends."""
    received: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put((body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    with in_thread(listener):
        yield Listening(url=f"http://127.0.0.1:{listener.server_port}/", received=received)


def picture(size: tuple[int, int] = (64, 64)) -> bytes:
    """A PNG file."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(file, "PNG")
    return file.getvalue()
