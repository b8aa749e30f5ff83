"""`sorairo serve` and `worker`: OpenAI's Videos API on your own machine."""

from __future__ import annotations

import ipaddress
import os
import signal
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import click

from sorairo.errors import MissingExtraError

BEHIND = 10  # how much a worker beside a server stands back: who asks is answered first
LIBRARIES = ("fastapi", "uvicorn", "sqlalchemy", "fsspec", "httpx", "prometheus_client")
DATABASE = click.option(
    "--database", metavar="URL", help="SQLite or PostgreSQL.  [default: a file of yours]"
)
_MEDIA = click.option(
    "--media", metavar="URL", help="A folder, or a URL that fsspec knows.  [default: your own]"
)
_LEASE = click.option(
    "--lease",
    type=click.FloatRange(1),
    default=30.0,
    show_default=True,
    help="Seconds after which a worker that says nothing is taken for lost.",
)
_ATTEMPTS = click.option(
    "--attempts",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Workers that a job may lose before it has failed.",
)
_MODEL = click.option("--model", default="tabletop", show_default=True, help="A name or directory.")


@contextmanager
def server_extra():
    """Says what to install where a library of the server is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in LIBRARIES:
            raise
        raise MissingExtraError(
            "The server needs its libraries: pip install 'sorairo[serve]'."
        ) from error


def places_of(database: str | None, media: str | None) -> Any:
    from sorairo.server.supervisor import StorageUrls

    usual = StorageUrls.usual()
    return StorageUrls(database=database or usual.database, media=media or usual.media)


@click.command(
    epilog="""\b
    Examples:
      sorairo serve
      OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=any python your_sora_program.py"""
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Any other than this machine's own asks for keys from the start.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Where to listen.",
)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Processes that make clips; 0: only `sorairo worker` does.",
)
@click.option(
    "--keep-hours",
    type=click.FloatRange(min=0, min_open=True),
    help="Hours for which files are kept after a job has ended.  [default: until it is deleted]",
)
@DATABASE
@_MEDIA
@_MODEL
@_LEASE
@_ATTEMPTS
def serve(
    host: str,
    port: int,
    workers: int,
    keep_hours: float | None,
    database: str | None,
    media: str | None,
    model: str,
    lease: float,
    attempts: int,
) -> None:
    """Answer OpenAI's Videos API: code written for Sora runs with another base URL.

    Jobs and clips are kept; what was accepted goes on after a restart.
    """
    with server_extra():
        from sorairo.server.supervisor import Workers
        from sorairo.server.supervisor import serve as run
    places = places_of(database, media)
    crew = Workers(count=workers, model=model, lease=lease, attempts=attempts)
    keep = keep_hours * 3600 if keep_hours else None
    run(host, port, places, crew, open_here=_loopback(host), keep=keep)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@click.command(
    epilog="""\b
    Example:
      sorairo worker --database postgresql+psycopg://you@db/sorairo --media s3://bucket/media"""
)
@DATABASE
@_MEDIA
@_MODEL
@_LEASE
@_ATTEMPTS
@click.option("--device", help="cpu, cuda, ...  [default: a GPU if there is one]")
@click.option("--parent", type=int, hidden=True, help="The process with which it ends.")
def worker(
    database: str | None,
    media: str | None,
    model: str,
    lease: float,
    attempts: int,
    device: str | None,
    parent: int | None,
) -> None:
    """Make what a server has accepted: one job after another, until it is stopped."""
    if parent is not None and hasattr(os, "nice"):
        os.nice(BEHIND)
    with server_extra():
        from sorairo.jobs.queue import Queue
        from sorairo.server.uploads.media_store import MediaStore
        from sorairo.server.worker.worker import Worker
    from sorairo.generation import engine

    places = places_of(database, media)
    queue = Queue(places.open_database(), lease=lease, attempts=attempts)
    store = MediaStore(places.media)
    working = Worker(engine.load(model, device=device), queue, store, parent=parent)
    _until_told(working.stopping.set)
    working.run()


def _until_told(stop: Callable[[], None]) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop())
