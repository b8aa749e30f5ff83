"""`sorairo serve`: the API server, its worker processes and its periodic tasks on one machine."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sorairo.errors import ConfigError, MissingExtraError
from sorairo.generation.requests.limits import limits_of
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
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
from sorairo.server.uploads.media_store import MediaStore

CHECK_INTERVAL = 1.0  # seconds between two checks of the worker processes
STOP_SECONDS = 10.0  # for which a worker may return its job before it is killed
LOOPBACK = ("localhost", "127.0.0.1", "::1")
log = logging.getLogger("sorairo.supervisor")


@dataclass(frozen=True, kw_only=True)
class StorageUrls:
    """Where jobs and files are stored."""

    database: str
    """An SQLAlchemy URL of SQLite or PostgreSQL."""
    media: str
    """A folder, or a URL of fsspec."""

    @classmethod
    def default(cls) -> StorageUrls:
        """In the user's data directory."""
        folder = Path(platformdirs.user_data_dir("sorairo"))
        return cls(database=f"sqlite:///{folder}/jobs.db", media=str(folder / "media"))

    def open_database(self) -> Engine:
        """Opens the database, and creates it if it is an SQLite file. Raises ConfigError and
        MissingExtraError."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            Path(self.database.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
        try:
            return open_database(self.database)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"The database driver {error.name} is not installed: for PostgreSQL write"
                " postgresql+psycopg://..., and pip install 'sorairo[postgresql]'."
            ) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise ConfigError(
                f"The database cannot be opened ({reason}): check --database."
            ) from error


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """The worker processes that a server starts."""

    count: int
    """How many."""
    model: str
    """The name or directory of the model that they load."""
    lease: float
    """Seconds after which a silent worker loses its job."""
    attempts: int
    """How many lost workers make a job fail."""

    def command(self, urls: StorageUrls) -> list[str]:
        """The command that starts one worker."""
        options = {
            "database": urls.database,
            "media": urls.media,
            "model": self.model,
            "lease": self.lease,
            "attempts": self.attempts,
            "parent": os.getpid(),
        }
        words = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        return [sys.executable, "-m", "sorairo", "worker", *words]


def serve(
    host: str,
    port: int,
    urls: StorageUrls,
    workers: WorkerOptions,
    *,
    allow_anonymous: bool,
    retention_seconds: float | None = None,
) -> None:
    """Serves requests until the process is told to stop; workers end with it.

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
        limits=limits_of(info.record["config"]),
    )
    pool = WorkerPool(workers.command(urls), workers.count)
    sender = WebhookSender(Outbox(database))
    cleanup = CleanupTask(service.queue, service.characters, service.media, retention_seconds)
    pool_thread = PeriodicThread("worker pool", pool.run)
    threads = (
        pool_thread,
        PeriodicThread("webhook delivery", sender.run),
        PeriodicThread("cleanup", cleanup.run, retry_seconds=CLEANUP_INTERVAL),
    )
    config = uvicorn.Config(create_app(service), host=host, port=port, access_log=False)
    try:
        ApiServer(config, threads).run()
    finally:
        pool_thread.stop()
        pool.stop()  # before the other threads: a delivery may take seconds
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


class WorkerPool:
    """Worker processes; those that end are replaced."""

    def __init__(self, command: list[str], count: int) -> None:
        self.command, self.count = command, count
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self) -> float:
        """Starts missing processes; returns the seconds until the next check."""
        for process in [each for each in self.processes if each.poll() is not None]:
            log.warning("worker %s has exited with code %s", process.pid, process.returncode)
            self.processes.remove(process)
        while len(self.processes) < self.count:
            self.processes.append(subprocess.Popen(self.command))
        return CHECK_INTERVAL

    def stop(self) -> None:
        """Ends all processes. `run` must not be called any more."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
