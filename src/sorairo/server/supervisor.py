"""`sorairo serve`: the API server, its worker processes and its periodic tasks on one machine."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn

from sorairo.config import to_json
from sorairo.generation.requests.limits import limits_of
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.models import hub
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import INTERVAL as CLEANUP_INTERVAL
from sorairo.server.background.cleanup import CleanupTask
from sorairo.server.background.periodic import PeriodicThread
from sorairo.server.background.webhook_sender import WebhookSender
from sorairo.server.storage_urls import StorageUrls
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.worker_processes import WorkerOptions, WorkerProcesses

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def serve(
    host: str,
    port: int,
    urls: StorageUrls,
    workers: WorkerOptions,
    *,
    allow_anonymous: bool,
    retention_seconds: float | None = None,
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
    """
    info = hub.info(hub.find(workers.model))
    database = urls.open_database()
    service = Service(
        queue=Queue(database),
        media=MediaStore(urls.media),
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        allow_anonymous=allow_anonymous,
        hosts=tuple({host.lower(), *LOOPBACK}) if allow_anonymous else None,
        retention_seconds=retention_seconds,
        model=info.name,
        limits=limits_of(to_json(info.facts)),
    )
    config = uvicorn.Config(create_app(service), host=host, port=port, access_log=False)
    _run(config, service, Outbox(database), WorkerProcesses(workers.command(urls), workers.count))


def _run(
    config: uvicorn.Config, service: Service, outbox: Outbox, processes: WorkerProcesses
) -> None:
    """Runs the server with its periodic tasks, and stops them in the end."""
    cleanup = CleanupTask(
        service.queue, service.characters, service.media, service.retention_seconds
    )
    workers_thread = PeriodicThread("worker supervision", processes.run)
    threads = (
        workers_thread,
        PeriodicThread("webhook delivery", WebhookSender(outbox).run),
        PeriodicThread("cleanup", cleanup.run, retry_seconds=CLEANUP_INTERVAL),
    )
    try:
        ApiServer(config, threads).run()
    finally:
        workers_thread.stop()
        processes.stop()  # before the other threads: a delivery may take seconds
        for thread in threads:
            thread.stop()


class ApiServer(uvicorn.Server):
    """The HTTP server. It starts the periodic threads only after it has begun to serve: starting
    workers keeps a core busy for seconds."""

    def __init__(self, config: uvicorn.Config, threads: Sequence[PeriodicThread]) -> None:
        super().__init__(config)
        self.threads = threads

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for thread in self.threads if self.started else ():
            thread.start()
