"""The pages of the server in a browser: complete in themselves, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from serving import Running, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("pages"), workers=0) as running:
        yield running


@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desk"])
def test_pages_open(chromium: Browser, server: Running, width: int, tmp_path: Path):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.set_default_timeout(60_000)
    errors, asked = [], []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url, wait_until="load")
    page.get_by_role("link", name="API").click()
    page.wait_for_url("**/docs")
    page.locator("[id='post/v1/videos'] > summary").click()
    assert page.locator("[id='post/v1/videos']").get_by_text("What the video shows").is_visible()
    across = "document.scrollingElement.scrollWidth - window.innerWidth"
    assert page.evaluate(across) <= 0, "the page is wider than the window"
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "styled"
    page.screenshot(path=tmp_path / "docs.png", full_page=True)
    assert errors == []
    assert all(url.startswith((server.url, "data:")) for url in asked), asked
    page.close()
