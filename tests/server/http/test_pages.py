"""`/` and `/docs`: what a person or a program finds at the address of the server."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from sorairo.server.api.openapi import ROUTES
from sorairo.server.studio.assets import studio

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def test_home_is_the_studio_for_browsers_and_json_for_programs(client: TestClient):
    page = client.get("/", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    assert 'href="docs"' in page.text
    found = client.get("/").json()
    assert found["base_url"] == "http://testserver/v1"
    assert client.get(found["docs"].removeprefix("http://testserver")).status_code == 200


def test_files_of_the_studio(client: TestClient):
    """They may be kept, for their address changes with what they contain."""
    names = re.findall(r'(?:href|src)="(studio/[^"]+)"', client.get("/", headers=BROWSER).text)
    assert any(name.endswith("/app.js") for name in names)
    for name in names:
        file = client.get(f"/{name}")
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["x-content-type-options"] == "nosniff"
    other = re.sub("studio/[0-9a-f]+", "studio/0123", names[0])
    for wrong in (other, names[0] + "x", f"{names[0]}/../../assets.py"):
        assert client.get(f"/{wrong}").status_code == 404


def test_the_studio_is_small():
    """Scripts and styles that one visit loads, uncompressed: the words of the larger language."""
    files = studio().files
    sizes = {name: len(files[name].content) for name in files if name.endswith((".js", ".css"))}
    words = [
        sum(sizes[name] for name in sizes if name.startswith(f"i18n/{x}/")) for x in ("en", "zh")
    ]
    visit = sum(sizes.values()) - min(words)
    assert min(words) > 10_000
    assert visit <= 250_000, f"with the words of all languages {sum(sizes.values())}"


def test_the_page_loads_the_words_of_one_language(client: TestClient):
    """They are not among the modules that every browser loads at once."""
    page = client.get("/", headers=BROWSER).text
    preloaded = set(re.findall(r'modulepreload" href="studio/\w+/([^"]+)"', page))
    modules = {name for name in studio().files if name.endswith(".js")}
    assert {name for name in modules if not name.startswith("i18n/")} == preloaded


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
        assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.text)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert "<script" not in page.text
