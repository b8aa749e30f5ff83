"""Web pages and host names: CORS where keys are in force, 403 with the remedy where not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from sorairo.cli.main import app as command_line
from sorairo.server.api.origins import host_name, origin_host
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

PAGE = "http://localhost:3000"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, x-stainless-os",
}
EXPOSED = {"openai-poll-after-ms", "retry-after", "x-request-id", "content-range", "etag"}
EXPOSED |= {"x-ratelimit-remaining-requests", "x-ratelimit-remaining-pixel-seconds"}


@pytest.fixture
def local(service: Service) -> Iterator[TestClient]:
    """An open server on this machine that lets in one page and one more name."""
    changed = replace(
        service, hosts=("127.0.0.1", "::1", "host.docker.internal"), allow_origins=(PAGE,)
    )
    with TestClient(create_app(changed), base_url="http://127.0.0.1:8000") as client:
        yield client


def test_every_page_may_use_a_server_with_keys(client: TestClient, service: Service):
    _, secret = service.keys.create("studio")
    for origin in ("https://app.example", "null", PAGE):
        asked = client.options("/v1/videos", headers={"Origin": origin, **PREFLIGHT})
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "x-stainless-os" in asked.headers["access-control-allow-headers"]
        assert {"GET", "POST", "DELETE"} <= set(
            asked.headers["access-control-allow-methods"].split(", ")
        )
        headers = {"Origin": origin, "Authorization": f"Bearer {secret}"}
        answer = client.post("/v1/videos", json={"prompt": "x"}, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert set(answer.headers["access-control-expose-headers"].split(", ")) >= EXPOSED
    refused = client.get("/v1/videos", headers={"Origin": PAGE})
    assert refused.status_code == 401, "a page can read why"
    assert refused.headers["access-control-allow-origin"] == "*"


def test_an_open_server_lets_in_the_named_pages_only(local: TestClient):
    asked = local.options("/v1/videos", headers={"Origin": PAGE, **PREFLIGHT})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, PAGE)
    answer = local.post("/v1/videos", json={"prompt": "x"}, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "Origin" in answer.headers["vary"]
    assert local.get("/v1/videos", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200
    for origin in ("http://evil.example", "null", f"{PAGE}0", "https://localhost:3000"):
        for headers in ({"Origin": origin}, {"Origin": origin, **PREFLIGHT}):
            method = "OPTIONS" if len(headers) > 1 else "GET"
            refused = local.request(method, "/v1/videos", headers=headers)
            assert refused.status_code == 403
            assert f"--allow-origin {origin}" in refused.json()["error"]["message"]
            assert "access-control-allow-origin" not in refused.headers


def test_an_open_server_has_its_own_names_only(local: TestClient, service: Service):
    for host in ("127.0.0.1", "[::1]:80", "HOST.docker.internal:8000"):
        assert local.get("/v1/models", headers={"Host": host}).status_code == 200
    refused = local.get("/v1/models", headers={"Host": "nas.local:8000"})
    assert refused.status_code == 403
    message = refused.json()["error"]["message"]
    assert "--allow-host nas.local" in message
    assert "--host 0.0.0.0 and a key" in message
    _, secret = service.keys.create("studio")
    headers = {"Host": "nas.local", "Authorization": f"Bearer {secret}"}
    assert local.get("/v1/models", headers=headers).status_code == 200, "the key protects it"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST.:80", "localhost"),
        ("my_service:8000", "my_service"),
        ("[0:0::1]", "::1"),
        ("[::1", None),
        ("[127.0.0.1]", None),
        ("a b", None),
        ("a:b", None),
        ("a@b", None),
        ("a/b", None),
        ("ä", None),
        ("a:123456", None),
    ],
)
def test_names_of_hosts(host: str, name: str | None):
    assert host_name(host) == name
    assert origin_host(f"http://{host}") == (None if name is None else host.lower())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--allow-host", "http://nas.local"),
        ("--allow-host", "nas.local:8000"),
        ("--allow-origin", "localhost:3000"),
        ("--allow-origin", "http://localhost:3000/page"),
        ("--allow-origin", "*"),
        ("--trust-proxy", "proxy.local"),
        ("--trust-proxy", "*"),
    ],
)
def test_wrong_options_are_explained(option: str, value: str):
    run = CliRunner().invoke(command_line, ["serve", option, value])
    assert run.exit_code == 2
    assert repr(value) in run.output
    assert "Traceback" not in run.output
