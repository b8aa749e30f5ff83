"""One real server with the shipped model for all tests of the studio, and one with a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import studio_archive
import studio_library
from serving import Running, serving
from studio_pages import clear, quiet_page, write_speed


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Its speed is known, as after some idle seconds."""
    folder = tmp_path_factory.mktemp("studio")
    write_speed(folder)
    with serving(folder) as running:
        yield running


@pytest.fixture
def studio(chromium: Browser, server: Running) -> Iterator[Page]:
    """The page of a server that has nothing yet. In the end no job of the test goes on."""
    clear(server.url)
    with quiet_page(chromium, server.url) as page:
        yield page
    clear(server.url)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of three clips with their prompts."""
    return studio_archive.write(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of twelve clips and a failed job."""
    folder = tmp_path_factory.mktemp("library")
    studio_library.fill(folder, studio_library.CLIPS)
    studio_library.fail(folder, studio_library.REASON)
    return folder


@pytest.fixture(scope="module")
def library_server(library_folder: Path) -> Iterator[Running]:
    """Their server, without workers."""
    with serving(library_folder, workers=0) as running:
        yield running


@pytest.fixture
def desk(chromium: Browser, library_server: Running) -> Iterator[Page]:
    """Its page."""
    with quiet_page(chromium, library_server.url) as page:
        yield page
