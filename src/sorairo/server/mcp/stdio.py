"""`sorairo mcp`: the MCP server on stdin and stdout, with a running API server or its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sorairo.errors import SorairoError
from sorairo.processes import python_command, python_environment
from sorairo.server.mcp.server import build_server, network_session

START_TIMEOUT, STOP_TIMEOUT = 120, 20  # seconds


def run(url: str | None, key: str | None) -> None:
    """Serves MCP on stdin and stdout until stdin is closed.

    Args:
        url: The address of an API server; None: one is started, and stopped in the end.
        key: The API key; None: none is sent.

    Raises:
        SorairoError: The API server cannot be reached or started.
    """
    if url is not None:
        base = url.rstrip("/").removesuffix("/v1")
        _check(base)
        build_server(network_session(f"{base}/v1", key)).run()
        return
    with _own_server() as base:
        build_server(network_session(f"{base}/v1", key)).run()


def _check(base: str) -> None:
    try:
        httpx.get(f"{base}/healthz", timeout=10).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SorairoError(
            f"No sorairo server responds at {base}: start `sorairo serve`, or leave out --url."
        ) from error


@contextmanager
def _own_server() -> Iterator[str]:
    """Runs `sorairo serve` on a free port until the block ends; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    # stdin and stdout carry the protocol: the server must use neither
    process = subprocess.Popen(
        python_command("-m", "sorairo", "serve", "--port", str(port)),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env=python_environment(),
    )
    try:
        _wait_until_ready(base, process)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SorairoError("`sorairo serve` has ended: run it to see why.")
        try:
            httpx.get(f"{base}/healthz", timeout=2).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SorairoError("`sorairo serve` did not start in time: run it to see why.")
