"""A server for the test suites of SDKs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sdk_suites import prepared_server


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment variables of a suite's process."""
    with prepared_server(tmp_path_factory.mktemp("suites")) as variables:
        yield {**os.environ, **variables}
