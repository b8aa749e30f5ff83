"""One server for all tests that need no other, and the application without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from s3 import S3, running_s3
from serving import Running, serving
from sorairo.generation.requests.limits import limits_of
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.models import hub
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """A running server. A test that stops it must start it again."""
    with running_s3() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path) -> Service:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    return Service(
        queue=Queue(database),
        media=MediaStore(str(tmp_path / "media")),
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        limits=limits_of(hub.info(hub.find("tabletop")).record["config"]),
    )


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client
