"""The stores and settings of a server without a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine as Database

from sorairo.generation.requests.limits import limits_of
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
from sorairo.jobs.job import Job
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.files import FileStore
from sorairo.jobs.stored.ledger import StorageLedger
from sorairo.models import hub
from sorairo.server.api.service import Service
from sorairo.server.uploads.media_store import MediaStore
from sorairo.world import registry


def new_service(folder: Path) -> Service:
    """The stores and settings of a server without a process, for the shipped model, which takes
    prompts of any words: most tests are about other fields."""
    limits = limits_of(hub.info(hub.find("tabletop")).record["config"])
    database = open_database(f"sqlite:///{folder}/jobs.db")
    service = service_on(database, MediaStore(str(folder / "media")))
    return replace(service, limits=replace(limits, world=registry.NONE))


def service_on(database: Database, media: MediaStore) -> Service:
    """The stores on a database and a media store, with the settings of a server by default."""
    return Service(
        queue=Queue(database),
        media=media,
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        files=FileStore(database),
        storage=StorageLedger(database),
    )


def finish(service: Service, video: Mapping[str, Any]) -> Job:
    """Completes a job as a worker would, with files that say nothing."""
    job = service.queue.claim("worker")
    while job is not None and job.id != video["id"]:
        job = service.queue.claim("worker")
    assert job is not None
    folder = f"{job.id}/{job.fence}"
    for name in ("video.mp4", "thumbnail.webp", "spritesheet.jpg"):
        service.media.put(f"{folder}/{name}", name.encode())
    result = {"folder": folder, "size": "64x64", "seconds": "1", "fps": 24.0}
    return service.queue.complete(job, result)
