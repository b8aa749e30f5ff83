"""Keys over HTTP: an administrator's key lists, creates and revokes keys; no other request does."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient

from serving import run_json, serving
from sorairo.jobs.keys import PREFIX, Quota
from sorairo.server.api.service import Service

ROUTES = (("GET", "/v1/keys"), ("POST", "/v1/keys"), ("DELETE", "/v1/keys/key_1"))


def header(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def code(answer: Any) -> tuple[int, str]:
    """The status and the code of an error."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_other_requests_are_refused(client: TestClient, service: Service, method: str, path: str):
    body: dict[str, Any] = {"json": {"name": "x", "admin": True}} if method == "POST" else {}
    answer = client.request(method, path, **body)
    assert code(answer) == (403, "admin_key_required"), "while no key exists"
    _, secret = service.keys.create("studio")
    gone, revoked = service.keys.create("old", admin=True)
    service.keys.revoke(gone.id)
    answer = client.request(method, path, headers=header(secret), **body)
    assert code(answer) == (403, "admin_key_required")
    assert code(client.request(method, path, **body)) == (401, "missing_api_key")
    answer = client.request(method, path, headers=header(revoked), **body)
    assert code(answer) == (401, "invalid_api_key")
    assert [key.name for key in service.keys.all_keys()] == ["studio", "old"]


def test_a_key_over_http_from_beginning_to_end(
    client: TestClient, service: Service, caplog: pytest.LogCaptureFixture
):
    boss, secret = service.keys.create("boss", Quota(most_bytes=5e9), admin=True)
    caplog.set_level(logging.INFO, logger="sorairo")
    body = {"name": " 朋友\n ", "most_jobs": 2, "most_pixel_seconds": 1e9}
    answer = client.post("/v1/keys", json=body, headers=header(secret))
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert made["key"].startswith(PREFIX)
    quota = {"jobs": 2, "pixel_seconds_per_day": 1e9, "bytes": None}
    assert made["quota"] == quota
    listed = client.get("/v1/keys", headers=header(secret))
    assert made["key"] not in listed.text
    assert secret not in listed.text
    assert [(each["id"], each["name"], each["admin"]) for each in listed.json()["data"]] == [
        (made["id"], "朋友", False),
        (boss.id, "boss", True),
    ]
    account = client.get("/v1/account", headers=header(made["key"])).json()
    assert account["key"] == {"id": made["id"], "name": "朋友", "admin": False}
    assert account["quota"]["jobs"] == 2
    own = client.delete(f"/v1/keys/{boss.id}", headers=header(secret))
    assert code(own) == (409, "own_key"), "there is always an administrator left"
    gone = client.delete(f"/v1/keys/{made['id']}", headers=header(secret)).json()
    assert gone == {"id": made["id"], "object": "key.deleted", "deleted": True}
    again = client.delete(f"/v1/keys/{made['id']}", headers=header(secret))
    assert code(again) == (404, "not_found")
    assert client.get("/v1/videos", headers=header(made["key"])).status_code == 401
    (first, _) = client.get("/v1/keys", headers=header(secret)).json()["data"]
    assert first["revoked_at"] >= first["created_at"]
    logged = [line for line in caplog.messages if made["id"] in line and "the key" in line]
    assert [boss.id in line for line in logged] == [True, True]
    assert made["key"] not in caplog.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "x", "admin": "perhaps"}, "admin"),
        ({"name": "x", "most_jobs": 1.5}, "most_jobs"),
        ({"name": "x", "most_bytes": -1}, "most_bytes"),
        ({"name": "x", "most_pixel_seconds": "NaN"}, "most_pixel_seconds"),
    ],
)
def test_what_is_no_key_is_refused(
    client: TestClient, service: Service, body: dict[str, Any], param: str
):
    _, secret = service.keys.create("boss", admin=True)
    answer = client.post("/v1/keys", json=body, headers=header(secret))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert len(service.keys.all_keys()) == 1


def test_keys_by_command_and_by_openais_client(tmp_path: Path):
    boss = run_json(tmp_path, "keys", "create", "--name", "boss", "--admin")
    with (
        serving(tmp_path, workers=0) as server,
        openai.OpenAI(base_url=f"{server.url}/v1", api_key=boss["key"], max_retries=0) as client,
    ):
        made = client.post("/keys", body={"name": "second", "admin": True}, cast_to=dict[str, Any])
        with openai.OpenAI(
            base_url=f"{server.url}/v1", api_key=made["key"], max_retries=0
        ) as other:
            gone = other.delete(f"/keys/{boss['id']}", cast_to=dict[str, Any])
        assert gone["deleted"]
        with pytest.raises(openai.AuthenticationError):
            client.get("/keys", cast_to=dict[str, Any])
        listed = httpx.get(f"{server.url}/v1/keys", headers=header(made["key"])).json()["data"]
        assert {(each["name"], each["revoked_at"] is None) for each in listed} == {
            ("boss", False),
            ("second", True),
        }
    stored: Any = run_json(tmp_path, "keys", "list")
    assert [(each["name"], each["admin"]) for each in stored] == [("boss", True), ("second", True)]
