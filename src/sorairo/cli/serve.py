"""`sorairo serve` and `sorairo worker`: OpenAI's Videos API on your own machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import click

from sorairo.cli.host_options import host_names, is_loopback, networks, origins
from sorairo.cli.number_types import FiniteRange
from sorairo.cli.running_options import running_options
from sorairo.errors import MissingExtraError

LIBRARIES = ("fastapi", "uvicorn", "sqlalchemy", "fsspec", "httpx", "prometheus_client")
HOST = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on. If others can reach it, keys are required from the start.",
)
PORT = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on.",
)
DATABASE = click.option(
    "--database",
    metavar="URL",
    envvar="SORAIRO_DATABASE",
    help="URL of an SQLite or PostgreSQL database. Every user of the machine can see options: give"
    " a URL with a password as the environment variable SORAIRO_DATABASE instead."
    "  [default: sorairo/jobs.db in your data directory, on Linux ~/.local/share]",
)
MEDIA = click.option(
    "--media",
    metavar="URL",
    envvar="SORAIRO_MEDIA",
    help="Where clips are stored: a folder, or a URL for fsspec, such as s3://bucket/media;"
    " or the environment variable SORAIRO_MEDIA."
    "  [default: sorairo/media in your data directory, on Linux ~/.local/share]",
)
_MODEL = click.option(
    "--model",
    default="tabletop",
    show_default=True,
    help="Name of the model, or a model directory. Requests that name another installed model run"
    " on that one.",
)


@contextmanager
def server_extra():
    """Turns the import error of a missing server library into one that says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in LIBRARIES:
            raise
        raise MissingExtraError(
            "The server needs more libraries: pip install 'sorairo[serve]'."
        ) from error


def storage_urls(database: str | None, media: str | None) -> Any:
    """The StorageUrls of the options `--database` and `--media`."""
    from sorairo.server.storage_urls import StorageUrls

    default = StorageUrls.default()
    return StorageUrls(database=database or default.database, media=media or default.media)


@click.command(
    epilog="""\b
    Examples:
      sorairo serve
      OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=any python your_sora_program.py"""
)
@HOST
@PORT
@click.option(
    "--allow-host",
    "allow_hosts",
    metavar="NAME",
    multiple=True,
    callback=host_names,
    help="Another name under which a server without keys is found, such as host.docker.internal."
    " Repeatable; with keys, every name works.",
)
@click.option(
    "--allow-origin",
    "alloworigins",
    metavar="URL",
    multiple=True,
    callback=origins,
    help="The origin of web pages that may use a server without keys, such as"
    " http://localhost:3000. Repeatable; with keys, every page may.",
)
@click.option(
    "--trust-proxy",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    callback=networks,
    help="Address or network of a reverse proxy, whose X-Forwarded-For, -Proto, -Host and -Prefix"
    " headers are read. Repeatable.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 1000),
    default=1,
    show_default=True,
    help="Worker processes to start; with 0, start `sorairo worker` yourself.",
)
@click.option(
    "--keep-hours",
    type=FiniteRange(0, 1e6, min_open=True),
    help="Hours after which the files of an ended job are deleted.  [default: keep them]",
)
@click.option(
    "--accept-any-model",
    is_flag=True,
    help="Accept requests for any model name; the served model answers them.",
)
@click.option(
    "--fetch-images",
    is_flag=True,
    help="Fetch pictures whose https address a request names: from public addresses only, up to"
    " 10 MB and 10 seconds each.",
)
@click.option(
    "--filter-output/--no-filter-output",
    default=None,
    help="Withhold clips that may show sexual nudity; a small network, fetched once with npm, looks"
    " at them.  [default: only where --host or --trust-proxy lets other machines in]",
)
@DATABASE
@MEDIA
@_MODEL
@click.option(
    "--pro-model",
    help="Name or directory of the model that `sora-2-pro` stands for.  [default: that of --model]",
)
@running_options
def serve(
    host: str,
    port: int,
    allow_hosts: tuple[str, ...],
    alloworigins: tuple[str, ...],
    proxies: tuple[str, ...],
    workers: int,
    keep_hours: float | None,
    fetch_images: bool,
    filter_output: bool | None,
    accept_any_model: bool,
    database: str | None,
    media: str | None,
    model: str,
    pro_model: str | None,
    **running: Any,
) -> None:
    """Serve OpenAI's Videos API: code written for Sora only needs another base URL.

    Jobs and clips are stored; accepted jobs continue after a restart.
    """
    with server_extra():
        from sorairo.server.supervisor import AccessOptions
        from sorairo.server.supervisor import serve as run
        from sorairo.server.temporary_files import temporary_files
        from sorairo.server.worker_processes import WorkerOptions
    if filter_output is None:
        filter_output = bool(proxies) or not is_loopback(host)
    if filter_output:
        from sorairo.server.filter_weights import fetched

        fetched()
    with temporary_files():
        run(
            host,
            port,
            storage_urls(database, media),
            WorkerOptions(count=workers, model=model, **running),
            allow_anonymous=is_loopback(host),
            retention_seconds=keep_hours * 3600 if keep_hours else None,
            accept_any_model=accept_any_model,
            pro_model=pro_model or "",
            fetch_images=fetch_images,
            filter_output=filter_output,
            access=AccessOptions(hosts=allow_hosts, origins=alloworigins, proxies=proxies),
        )


@click.command(
    epilog="""\b
    Example:
      sorairo worker --database postgresql+psycopg://you@db/sorairo --media s3://bucket/media"""
)
@DATABASE
@MEDIA
@_MODEL
@running_options
@click.option("--parent", type=int, hidden=True, help="Exit when this process exits.")
def worker(
    database: str | None,
    media: str | None,
    model: str,
    lease: float,
    attempts: int,
    checkpoint_seconds: float,
    device: str | None,
    offload: bool | None,
    weights: str | None,
    parent: int | None,
) -> None:
    """Run the jobs that a server has accepted, one after another, until it is stopped."""
    if parent is not None:
        _share_cores_with_server()
    with server_extra():
        from sorairo.jobs.queue import Queue
        from sorairo.server.temporary_files import temporary_files
        from sorairo.server.uploads.media_store import MediaStore
        from sorairo.server.worker.loaded_models import LoadedModels
        from sorairo.server.worker.worker import Worker
    with temporary_files():
        from sorairo.generation import engine

        urls = storage_urls(database, media)
        queue = Queue(urls.open_database(), lease=lease, attempts=attempts)
        store = MediaStore(urls.media)
        load = partial(engine.load, device=device, offload=offload, weights=weights)
        models = LoadedModels(load(model), model, load)
        running = Worker(models, queue, store, parent=parent, keep_every=checkpoint_seconds)
        _on_termination(running.stopping.set)
        running.run()


def _share_cores_with_server() -> None:
    """Gives this process its fair share of busy cores, but lets the server, which works for
    milliseconds at a time, go first when it wakes up. (With a niceness of 10, a busy server left
    the worker a tenth of a core.) Only Linux has this policy."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):  # containers may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _on_termination(stop: Callable[[], None]) -> None:
    """Calls `stop` on SIGTERM and SIGINT."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop())
