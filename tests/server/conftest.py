"""One server for all tests that need no other, and the application without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine as Database

from s3 import S3, running_s3
from services import new_service
from serving import Running, serving
from sorairo.jobs.database import open_database
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the database and the media of `server`."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server(server_folder: Path) -> Iterator[Running]:
    with serving(server_folder) as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """A running server. A test that stops it must start it again."""
    with running_s3() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = new_service(tmp_path)
    yield made
    made.queue.database.dispose()


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.dispose()


@pytest.fixture
def short_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers try again after a tenth of a second."""
    monkeypatch.setattr("sorairo.server.worker.worker.RETRY_INTERVAL", 0.1)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[TestClient]:
    """Another server."""
    (tmp_path / "other").mkdir()
    service = new_service(tmp_path / "other")
    with TestClient(create_app(service)) as client:
        yield client
    service.queue.database.dispose()
