"""A real server: `sorairo serve` with a worker, on a port of this machine, in a folder of its
own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

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
def serving(folder: Path, *, port: int = 0, workers: int = 1) -> Iterator[Running]:
    """The server, until the block ends."""
    port = port or free_port()
    where = ["--database", f"sqlite:///{folder}/jobs.db", "--media", str(folder / "media")]
    words = ["serve", "--port", str(port), "--workers", str(workers), *where]
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
