"""`sorairo serve` and `sorairo worker`: OpenAI's Videos API on your own machine."""

from __future__ import annotations

import ipaddress
import signal
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import click

from sorairo.errors import MissingExtraError, RequestError

_DATABASE = click.option(
    "--database", metavar="URL", help="SQLite or PostgreSQL.  [default: a file of yours]"
)
_MEDIA = click.option(
    "--media", metavar="URL", help="A folder, or a URL that fsspec knows.  [default: your own]"
)
_MODEL = click.option("--model", default="tabletop", show_default=True, help="A name or directory.")


@contextmanager
def _extra():
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("fastapi", "uvicorn", "sqlalchemy", "fsspec"):
            raise
        raise MissingExtraError(
            "The server needs its libraries: pip install 'sorairo[serve]'."
        ) from error


def _places(database: str | None, media: str | None) -> Any:
    from sorairo.server.serve import Places

    usual = Places.usual()
    return Places(database=database or usual.database, media=media or usual.media)


@click.command(
    epilog="""\b
    Examples:
      sorairo serve
      OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=any python your_sora_program.py"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Only this machine's own yet.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(0), default=1, show_default=True)
@_DATABASE
@_MEDIA
@_MODEL
def serve(
    host: str, port: int, workers: int, database: str | None, media: str | None, model: str
) -> None:
    """Answer OpenAI's Videos API: code written for Sora runs with another base URL.

    Jobs and clips are kept; what was accepted goes on after a restart.
    """
    if not _loopback(host):
        raise RequestError(
            f"{host} could be reached by others, and there are no keys yet: serve on 127.0.0.1,"
            " behind a proxy that asks for one."
        )
    with _extra():
        from sorairo.server.serve import serve as run
    run(host, port, _places(database, media), model, workers)


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
@_DATABASE
@_MEDIA
@_MODEL
@click.option("--device", help="cpu, cuda, ...  [default: a GPU if there is one]")
def worker(database: str | None, media: str | None, model: str, device: str | None) -> None:
    """Make what a server has accepted: one job after another, until it is stopped."""
    with _extra():
        from sorairo.server.worker import Worker
    from sorairo.generation import engine

    queue, store = _places(database, media).open()
    working = Worker(engine.load(model, device=device), queue, store)
    _until_told(working.stopping.set)
    working.run()


def _until_told(stop: Callable[[], None]) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop())
