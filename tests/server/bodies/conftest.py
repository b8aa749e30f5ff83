"""One server without a worker for all tests of a file: they look at their own jobs only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from services import new_service
from sorairo.server.api.service import Service
from sorairo.server.app import create_app


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return new_service(tmp_path_factory.mktemp("bodies"))


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client
