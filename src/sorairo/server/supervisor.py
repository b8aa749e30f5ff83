"""`sorairo serve`: the API server, its worker processes and its periodic tasks on one machine."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvicorn
from anyio import to_thread

from sorairo.errors import RequestError
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import MAX_WAITING, REQUEST_BUSY_SECONDS
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.files import FileStore
from sorairo.jobs.stored.ledger import StorageLedger
from sorairo.models import hub
from sorairo.models.sizing.host_memory import total_memory
from sorairo.play.facts import PlayableFacts
from sorairo.server.api.origins import host_name
from sorairo.server.api.play.worlds import can_play
from sorairo.server.api.served_models import InstalledModels, served_model
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import INTERVAL as CLEANUP_INTERVAL
from sorairo.server.background.cleanup import CleanupTask
from sorairo.server.background.periodic import PeriodicThread
from sorairo.server.background.webhook_sender import WebhookSender
from sorairo.server.connections import (
    BACKLOG,
    ConnectionLimits,
    Connections,
    limit_to_descriptors,
)
from sorairo.server.logs import log_config
from sorairo.server.play.sessions import PlaySessions
from sorairo.server.storage_urls import StorageUrls
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.picture_fetcher import PictureFetcher
from sorairo.server.worker_processes import WorkerOptions, WorkerProcesses

LOOPBACK = ("localhost", "127.0.0.1", "::1")
STOP_SECONDS = 3  # for which responses may go on when the server stops
THREADS = 3 * MAX_WAITING  # of requests: most of them read, and do not wait for the writers
MAX_MESSAGE = 2**16  # bytes of a WebSocket message
WEBSOCKETS = "websockets-sansio"  # uvicorn's name for it
TICKS_PER_SECOND = 10  # of uvicorn's main loop


@dataclass(frozen=True, kw_only=True)
class AccessOptions:
    """Whom a server trusts beyond its own machine."""

    hosts: tuple[str, ...] = ()
    """Other names under which a server without keys is served."""
    origins: tuple[str, ...] = ()
    """The origins of web pages that may use a server without keys."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose `X-Forwarded-*` headers are read."""


def serve(
    host: str,
    port: int,
    urls: StorageUrls,
    workers: WorkerOptions,
    *,
    allow_anonymous: bool,
    retention_seconds: float | None = None,
    fetch_images: bool = False,
    filter_output: bool = False,
    accept_any_model: bool = False,
    pro_model: str = "",
    access: AccessOptions = AccessOptions(),
    world: PlayableFacts | None = None,
    on_started: Callable[[], None] | None = None,
) -> None:
    """Serves requests until the process receives SIGTERM or SIGINT; the workers end with it.

    Args:
        host: The address to listen on.
        port: The port to listen on.
        urls: Where jobs and files are stored.
        workers: The worker processes to start.
        allow_anonymous: Whether no key is needed until the first key exists. If so, only requests
            to a loopback name of this machine, or to `host`, are served.
        retention_seconds: Files are deleted so long after their job has ended; None: never.
        accept_any_model: Whether requests may name any model.
        pro_model: The model that OpenAI's names of the larger model stand for; "": that of the
            workers.
        fetch_images: Whether pictures are fetched from https addresses that requests name.
        filter_output: Whether clips that may show sexual nudity are withheld.
        access: Which other names, pages and proxies are trusted.
        world: The world of the page of play; None: Crafter.
        on_started: Called once requests are served.
    """
    check_port(host, port)
    info = hub.info(hub.find(workers.model))
    memory = total_memory() if workers.count else None
    served = served_model("", info, memory)
    if served.memory:
        served.memory.check_model()
    database = urls.open_database(busy_seconds=REQUEST_BUSY_SECONDS)
    service = Service(
        queue=Queue(database),
        media=MediaStore(urls.media),
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        files=FileStore(database),
        storage=StorageLedger(database),
        allow_anonymous=allow_anonymous,
        hosts=_hosts(host, access) if allow_anonymous else None,
        allow_origins=access.origins,
        retention_seconds=retention_seconds,
        filter_output=filter_output,
        fetcher=PictureFetcher() if fetch_images else None,
        model=info.name,
        accept_any_model=accept_any_model,
        pro_model=served_model(pro_model, hub.info(hub.find(pro_model)), memory)
        if pro_model
        else None,
        installed=InstalledModels(memory),
        play=PlaySessions(world),
        limits=served.limits,
        memory=served.memory,
    )
    connections = Connections(limit_to_descriptors(ConnectionLimits(proxies=access.proxies)))
    config = uvicorn.Config(
        create_app(service, proxies=access.proxies),
        host=host,
        port=port,
        http=connections.protocol(),
        ws=WEBSOCKETS if can_play() else "none",
        ws_max_size=MAX_MESSAGE,
        backlog=BACKLOG,
        access_log=False,
        log_config=log_config(),
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS + 2,
    )
    server = ApiServer(config, service, connections)
    server.on_started = on_started
    _run(server, Outbox(database), WorkerProcesses(workers, urls))


def check_port(host: str, port: int) -> None:
    """Raises RequestError if no server can listen on this port of this host."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RequestError(
            f"Cannot listen on {host}, port {port} ({reason}): choose another with --port or"
            " --host."
        ) from error


def _hosts(host: str, access: AccessOptions) -> tuple[str, ...]:
    given = (host, *LOOPBACK, *access.hosts)
    names = {host_name(f"[{each}]" if ":" in each else each) for each in given}
    return tuple(name for name in names if name)


def _run(server: ApiServer, outbox: Outbox, processes: WorkerProcesses) -> None:
    """Runs the server with its periodic tasks, and stops them in the end."""
    service = server.service
    cleanup = CleanupTask(
        service.queue,
        service.characters,
        service.files,
        service.media,
        service.retention_seconds,
    )
    workers_thread = PeriodicThread("worker supervision", processes.run)
    sender = WebhookSender(outbox)
    threads = (
        workers_thread,
        PeriodicThread("webhook delivery", sender.run),
        PeriodicThread("cleanup", cleanup.run, retry_seconds=CLEANUP_INTERVAL),
    )
    try:
        signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
        server.threads = threads
        server.run()
    finally:
        workers_thread.stop()
        processes.stop()  # before the other threads
        for thread in threads:
            thread.stop()
        sender.close()


class ApiServer(uvicorn.Server):
    """The HTTP server. It starts the periodic threads only after it has begun to serve: starting
    workers keeps a core busy for seconds. When it stops, streams of events and waiting requests end
    at once, and other responses within STOP_SECONDS."""

    def __init__(self, config: uvicorn.Config, service: Service, connections: Connections) -> None:
        super().__init__(config)
        self.service, self.connections = service, connections
        self.threads: Sequence[PeriodicThread] = ()
        self.on_started: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        await super().startup(sockets)
        for thread in self.threads if self.started else ():
            thread.start()
        if self.started and self.on_started:
            self.on_started()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_SECOND == 0:
            self.connections.close_slow()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.service.stopping.set()
        await self.service.play.end_all()
        abort = asyncio.get_running_loop().call_later(STOP_SECONDS, self.connections.abort_all)
        await super().shutdown(sockets)
        abort.cancel()
