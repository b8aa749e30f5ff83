"""`/` and `/docs`: what a person or a program finds at the address of the server."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from sorairo.server.api.openapi import ROUTES
from sorairo.server.api.service import Service

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def test_home_is_a_page_for_browsers_and_json_for_programs(client: TestClient, service: Service):
    page = client.get("/", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    for text in ('href="/docs"', "curl http://testserver/v1/videos", "http://testserver/v1"):
        assert text in page.text
    assert "Authorization" not in page.text
    found = client.get("/").json()
    assert found["base_url"] == "http://testserver/v1"
    assert client.get(found["docs"].removeprefix("http://testserver")).status_code == 200
    service.keys.create("studio")
    assert "Authorization: Bearer" in client.get("/", headers=BROWSER).text


def test_docs_show_every_route_and_field(client: TestClient):
    page = client.get("/docs").text
    for method, path in ROUTES:
        assert f'id="{method}{path}"' in page
    for word in ("num_inference_steps", "queue_position", "input_reference", "in_progress", "416"):
        assert word in page
    assert page.count("<details") == page.count("</details>")


def test_pages_need_nothing_else(client: TestClient):
    for path in ("/", "/docs"):
        page = client.get(path, headers={**BROWSER, "Host": "testserver"})
        assert "<script" not in page.text
        assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.text)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
