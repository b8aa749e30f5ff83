"""Bodies as they are, sent to a server without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from fastapi.testclient import TestClient

JSON, URLENCODED = "application/json", "application/x-www-form-urlencoded"


def send(
    client: TestClient, body: bytes | Iterator[bytes], kind: str = JSON, path: str = ""
) -> httpx.Response:
    return client.post(f"/v1/videos{path}", content=body, headers={"content-type": kind})


def error_of(answer: httpx.Response) -> dict[str, Any]:
    error = answer.json()["error"]
    assert set(error) - {"detail"} == {"message", "type", "param", "code"}
    return error
