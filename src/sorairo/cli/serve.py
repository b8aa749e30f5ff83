"""`sorairo serve`, `worker` and `keys`: OpenAI's Videos API on your own machine."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import signal
import time
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
@_DATABASE
@_MEDIA
@_MODEL
@_LEASE
@_ATTEMPTS
def serve(
    host: str,
    port: int,
    workers: int,
    database: str | None,
    media: str | None,
    model: str,
    lease: float,
    attempts: int,
) -> None:
    """Answer OpenAI's Videos API: code written for Sora runs with another base URL.

    Jobs and clips are kept; what was accepted goes on after a restart.
    """
    with _extra():
        from sorairo.server.serve import Workers
        from sorairo.server.serve import serve as run
    places = _places(database, media)
    crew = Workers(count=workers, model=model, lease=lease, attempts=attempts)
    run(host, port, places, crew, open_here=_loopback(host))


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
    with _extra():
        from sorairo.jobs.queue import Queue
        from sorairo.server.media import MediaStore
        from sorairo.server.worker import Worker
    from sorairo.generation import engine

    places = _places(database, media)
    queue = Queue(places.open_database(), lease=lease, attempts=attempts)
    store = MediaStore(places.media)
    working = Worker(engine.load(model, device=device), queue, store, parent=parent)
    _until_told(working.stopping.set)
    working.run()


@click.group(
    epilog="""\b
    Examples:
      sorairo keys create --name studio
      sorairo keys revoke key_1a2b3c4d5e6f7081"""
)
def keys() -> None:
    """The keys that a server asks for: once there is one, it answers nobody without."""


def _ring(database: str | None) -> Any:
    with _extra():
        from sorairo.jobs.keys import KeyRing
    return KeyRing(_places(database, None).open_database())


@keys.command(
    "create",
    epilog="""\b
    Example:
      sorairo keys create --name studio --json""",
)
@click.option("--name", required=True, help="Whose it is, for you to know.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@_DATABASE
def create_key(name: str, as_json: bool, database: str | None) -> None:
    """Make a key and print it: it is not shown again."""
    key, secret = _ring(database).create(name)
    click.echo(json.dumps({"id": key.id, "key": secret}) if as_json else f"{key.id}  {secret}")


@keys.command(
    "list",
    epilog="""\b
    Example:
      sorairo keys list""",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@_DATABASE
def list_keys(as_json: bool, database: str | None) -> None:
    """Show the keys, without their secrets."""
    found = _ring(database).all()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(key) for key in found]))
        return
    for key in found:
        made = time.strftime("%Y-%m-%d", time.localtime(key.created_at))
        click.echo(f"{key.id}  {made}  {'revoked' if key.revoked_at else 'valid  '}  {key.name}")


@keys.command(
    "revoke",
    epilog="""\b
    Example:
      sorairo keys revoke key_1a2b3c4d5e6f7081""",
)
@click.argument("key")
@_DATABASE
def revoke_key(key: str, database: str | None) -> None:
    """Make KEY (its id) open nothing from now on."""
    if not _ring(database).revoke(key):
        raise RequestError(f"There is no valid key '{key}': `sorairo keys list` shows them.")
    click.echo(key)


@click.group(
    epilog="""\b
    Examples:
      sorairo webhooks create https://my.app/hooks/video
      sorairo webhooks list"""
)
def webhooks() -> None:
    """Addresses that hear when a video is completed or has failed."""


def _outbox(database: str | None) -> Any:
    with _extra():
        from sorairo.jobs.outbox import Outbox
    return Outbox(_places(database, None).open_database())


@webhooks.command(
    "create",
    epilog="""\b
    Example:
      sorairo webhooks create https://my.app/hooks/video""",
)
@click.argument("url")
@click.option("--key", default="", help="The id of a key: only of its jobs.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@_DATABASE
def create_hook(url: str, key: str, as_json: bool, database: str | None) -> None:
    """Send events to URL from now on, and print the secret that signs them."""
    if not url.startswith(("http://", "https://")):
        raise RequestError(f"'{url}' is no address: write https://...")
    hook = _outbox(database).add_hook(url, owner=key)
    told = {"id": hook.id, "secret": hook.secret}
    click.echo(json.dumps(told) if as_json else f"{hook.id}  {hook.secret}")


@webhooks.command(
    "list",
    epilog="""\b
    Example:
      sorairo webhooks list""",
)
@_DATABASE
def list_hooks(database: str | None) -> None:
    """Show where events are sent."""
    for hook in _outbox(database).hooks():
        click.echo(f"{hook.id}  {hook.owner or 'without a key':16}  {hook.url}")


@webhooks.command(
    "delete",
    epilog="""\b
    Example:
      sorairo webhooks delete hook_1a2b3c4d5e6f7081""",
)
@click.argument("hook")
@_DATABASE
def delete_hook(hook: str, database: str | None) -> None:
    """Send nothing to HOOK (its id) any more."""
    if not _outbox(database).remove_hook(hook):
        raise RequestError(f"There is no webhook '{hook}': `sorairo webhooks list` shows them.")
    click.echo(hook)


def _until_told(stop: Callable[[], None]) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop())
