"""What a client reads that asks for a wrong path, and the id of its request."""

from __future__ import annotations

import logging
import re

import pytest
from fastapi.testclient import TestClient

from sorairo.jobs.library.changes import Library
from sorairo.server.api.dependencies import POST_ONLY
from sorairo.server.api.openapi import ROUTES

BASE = "the base URL ends in /v1"


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("POST", "/videos", f"There is no POST /videos here: {BASE}."),
        ("GET", "/videos/video_1/content", BASE),
        ("GET", "/models", BASE),
        ("POST", "/api/videos", BASE),
        ("GET", "/v1/v1/videos", f"{BASE}, right after the server's address."),
        ("GET", "/api/v1/videos", f"{BASE}, right after the server's address."),
        ("GET", "/v1/foo", "There is no GET /v1/foo here: /docs lists all routes."),
        ("GET", "/openai/foo", "There is no GET /openai/foo here"),
        ("GET", "/%ff%00/%F0%9F%98%80", "There is no GET"),
    ],
)
def test_a_wrong_base_url_is_explained(client: TestClient, method: str, path: str, message: str):
    answer = client.request(method, path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert message in error["message"]
    assert error["code"] == "unknown_url"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/videos", "GET, POST"),
        ("POST", "/v1/models", "GET"),
        ("PATCH", "/healthz", "GET"),
        *[("GET", f"/v1/videos/{name}", "POST") for name in POST_ONLY],
        *[("DELETE", f"/v1/videos/{name}", "POST") for name in POST_ONLY],
    ],
)
def test_a_wrong_method_is_explained(client: TestClient, method: str, path: str, allowed: str):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert allowed.replace(", ", " or ") in answer.json()["error"]["message"]


def test_the_lists_of_routes_are_complete():
    paths = {path for method, path in ROUTES if method == "post"}
    alone = {path for path in paths if re.fullmatch("/v1/videos/[a-z]+", path)}
    assert {f"/v1/videos/{name}" for name in POST_ONLY} == {
        path for path in alone if ("get", path) not in ROUTES
    }


def test_one_model(client: TestClient):
    listed = client.get("/v1/models").json()["data"]
    assert [client.get(f"/v1/models/{each['id']}").json() for each in listed] == listed
    answer = client.get("/v1/models/gpt-9")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert "sora-2-pro" in answer.json()["error"]["message"]


def test_every_response_has_an_id_and_a_duration(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    seen = set()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the database has a bad day")

    monkeypatch.setattr(Library, "page", fail)
    with caplog.at_level(logging.INFO, "sorairo.requests"):
        for method, path, status in (
            ("GET", "/v1/models", 200),
            ("GET", "/v1/nothing", 404),
            ("GET", "/v1/videos", 500),
            ("POST", "/v1/videos", 400),
            ("HEAD", "/v1/models", 200),
        ):
            answer = client.request(
                method, path, headers={"X-Client-Request-Id": b"of-mine\x7f\xe9"}
            )
            assert answer.status_code == status
            assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["x-request-id"])
            assert int(answer.headers["openai-processing-ms"]) >= 0
            seen.add(answer.headers["x-request-id"])
            logged = answer.headers["x-request-id"] in caplog.text
            assert logged == (method == "POST" or status == 500), "polling fills no log"
    assert len(seen) == 5
    assert "the client's of-mine\\x7f" in caplog.text, "escaped"
    assert "a bad day" in caplog.text
