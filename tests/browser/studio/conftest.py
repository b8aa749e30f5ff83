"""One real server with the shipped model for all tests of the studio."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import studio_archive
from serving import Running, serving
from studio_pages import clear, quiet_page


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def studio(chromium: Browser, server: Running) -> Iterator[Page]:
    """The page of a server that has nothing yet."""
    clear(server.url)
    with quiet_page(chromium, server.url) as page:
        yield page


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of three clips with their prompts."""
    return studio_archive.write(tmp_path_factory.mktemp("archive"))
