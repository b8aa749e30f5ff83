"""The stores and settings of a server without a process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sorairo.generation.requests.limits import limits_of
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
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
    return Service(
        queue=Queue(database),
        media=MediaStore(str(folder / "media")),
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        files=FileStore(database),
        storage=StorageLedger(database),
        limits=replace(limits, world=registry.NONE),
    )
