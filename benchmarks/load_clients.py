"""Clients of the load test: in a closed loop, and at a fixed rate."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor


def asked(url: str, path: str, clients: int, seconds: float) -> dict[str, float]:
    """Sends requests from `clients` clients, each on its own connection, one after another."""
    end = time.monotonic() + seconds

    def ask(_: int) -> list[float]:
        took = []
        with Line(url) as line:
            while time.monotonic() < end:
                begun = time.perf_counter()
                line.get(path)
                took.append(time.perf_counter() - begun)
        return took

    with ThreadPoolExecutor(clients) as pool:
        took = [each for one in pool.map(ask, range(clients)) for each in one]
    return {"requests a second": round(len(took) / seconds, 1), **latency(took)}


def latency(took: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    found = sorted(took)
    return {
        "p50, ms": round(1000 * found[len(found) // 2], 1),
        "p99, ms": round(1000 * found[int(0.99 * len(found))], 1),
    }


def asked_at_rate(url: str, path: str, rate: float, seconds: float) -> dict[str, float]:
    """Requests that are due at a fixed rate, each on a new connection; a slow answer delays none of
    the others."""
    begun = time.monotonic() + 0.1

    def ask(number: int) -> float:
        due = begun + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        with Line(url) as line:
            line.get(path)
        return time.monotonic() - due

    with ThreadPoolExecutor(max(8, round(4 * rate))) as pool:
        took = list(pool.map(ask, range(round(rate * seconds))))
    return {"requests a second": rate, **latency(took)}


class Line:
    """A persistent connection without a client library, whose cost would be measured too."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def get(self, path: str) -> bytes:
        """The body of a response with the status 200."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        came = b""
        while b"\r\n\r\n" not in came:
            came += self._more()
        head, _, body = came.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        piece = self.socket.recv(2**16)
        assert piece, "the server has hung up"
        return piece
