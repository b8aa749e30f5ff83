"""The server and its workers on one machine: an API process, and worker processes that are started
again when they die."""

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
from sorairo.jobs.characters import Characters
from sorairo.jobs.keys import KeyRing
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import open_database
from sorairo.models import hub
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import EVERY, Janitor
from sorairo.server.background.periodic import PeriodicThread
from sorairo.server.background.webhook_sender import WebhookSender
from sorairo.server.uploads.media_store import MediaStore

AGAIN_AFTER = 1.0  # seconds after a worker has died
LOOPBACK = ("localhost", "127.0.0.1", "::1")
log = logging.getLogger("sorairo.serve")


@dataclass(frozen=True, kw_only=True)
class StorageUrls:
    """Where jobs and files are kept."""

    database: str
    media: str

    @classmethod
    def usual(cls) -> StorageUrls:
        """Under the user's data directory."""
        folder = Path(platformdirs.user_data_dir("sorairo"))
        return cls(database=f"sqlite:///{folder}/jobs.db", media=str(folder / "media"))

    def open_database(self) -> Engine:
        """Raises ConfigError where there is none."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            Path(self.database.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
        try:
            return open_database(self.database)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"The database's driver, {error.name}, is not installed: for PostgreSQL write"
                " postgresql+psycopg://..., and pip install 'sorairo[postgresql]'."
            ) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise ConfigError(
                f"The database cannot be opened ({reason}): check --database."
            ) from error


@dataclass(frozen=True, kw_only=True)
class Workers:
    """How many, of which model, and when a job is taken from one."""

    count: int
    model: str
    lease: float
    attempts: int

    def command(self, places: StorageUrls) -> list[str]:
        """What starts one."""
        words = {
            "database": places.database,
            "media": places.media,
            "model": self.model,
            "lease": self.lease,
            "attempts": self.attempts,
            "parent": os.getpid(),
        }
        options = [text for name, value in words.items() for text in (f"--{name}", str(value))]
        return [sys.executable, "-m", "sorairo", "worker", *options]


def serve(
    host: str,
    port: int,
    places: StorageUrls,
    workers: Workers,
    *,
    open_here: bool,
    keep: float | None = None,
) -> None:
    """Answers until it is told to stop; its workers end with it. On a loopback host it answers only
    under that machine's own names. Files are kept for `keep` seconds after a job has ended."""
    info = hub.info(hub.find(workers.model))
    database = places.open_database()
    service = Service(
        queue=Queue(database),
        media=MediaStore(places.media),
        keys=KeyRing(database),
        characters=Characters(database),
        open_here=open_here,
        hosts=tuple({host.lower(), *LOOPBACK}) if open_here else None,
        keep=keep,
        model=info.name,
        limits=limits_of(info.record["config"]),
    )
    crew = WorkerPool(workers.command(places), workers.count)
    postman = WebhookSender(Outbox(database))
    janitor = Janitor(service.queue, service.characters, service.media, keep)
    beside = (
        PeriodicThread("crew", crew.round),
        PeriodicThread("postman", postman.round),
        PeriodicThread("janitor", janitor.round, patience=EVERY),
    )
    config = uvicorn.Config(create_app(service), host=host, port=port, access_log=False)
    try:
        ApiServer(config, beside).run()
    finally:
        beside[0].stop()
        crew.stop()  # they give their jobs back, while a webhook may hang for seconds
        for rounds in beside:
            rounds.stop()


class ApiServer(uvicorn.Server):
    """Answers first; what is done beside that, workers above all, takes a core for seconds when it
    starts."""

    def __init__(self, config: uvicorn.Config, beside: Sequence[PeriodicThread]) -> None:
        super().__init__(config)
        self.beside = beside

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for rounds in self.beside if self.started else ():
            rounds.start()


class WorkerPool:
    """Worker processes, kept alive."""

    def __init__(self, command: list[str], count: int) -> None:
        self.command, self.count = command, count
        self.processes: list[subprocess.Popen[bytes]] = []

    def round(self) -> float:
        """Starts those that are missing or dead; the seconds until the next look."""
        for process in [each for each in self.processes if each.poll() is not None]:
            log.warning("worker %s has ended with %s", process.pid, process.returncode)
            self.processes.remove(process)
        while len(self.processes) < self.count:
            self.processes.append(subprocess.Popen(self.command))
        return AGAIN_AFTER

    def stop(self) -> None:
        """Only when no more rounds are made."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
