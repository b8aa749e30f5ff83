"""conftest.py of a copied test suite of OpenAI's Python SDK: clients of a real server."""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncIterator, Iterator

import pytest
from openai import AsyncOpenAI, OpenAI

SETTINGS = {"base_url": os.environ["TEST_API_BASE_URL"], "api_key": "any", "max_retries": 0}


def _strict(request: pytest.FixtureRequest) -> bool:
    """Whether responses are validated against the SDK's types."""
    param = getattr(request, "param", True)
    return param.get("strict", True) if isinstance(param, dict) else param


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    with OpenAI(**SETTINGS, _strict_response_validation=_strict(request)) as client:
        yield client


@pytest.fixture
async def async_client(
    request: pytest.FixtureRequest, anyio_backend: str
) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(**SETTINGS, _strict_response_validation=_strict(request)) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Skips what tests the SDK against simulated responses."""
    for item in items:
        if any("respx" in name for name in inspect.signature(item.function).parameters):
            item.add_marker(pytest.mark.skip(reason="simulates the server"))
