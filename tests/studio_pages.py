"""Pages of the studio in a browser. They must stay quiet: no error in the console, no request to
another origin."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 20_000  # milliseconds for what needs no clip
MAKING = 120_000  # milliseconds for a clip


@contextmanager
def quiet_page(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, which fails the test if it is not quiet."""
    context: BrowserContext = browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, **options}
    )
    page, noise = context.new_page(), []
    page.set_default_timeout(PATIENCE)
    page.on(
        "console",
        lambda m: (
            noise.append(f"{m.text} {m.location['url']}")
            if m.type in ("error", "warning") and not m.location["url"].endswith("/preview")
            else None
        ),
    )
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((url, "blob:")) else noise.append(request.url)
        ),
    )
    page.goto(url, wait_until="load")
    yield page
    context.close()
    assert noise == []


def clear(url: str) -> None:
    """Deletes all videos."""
    while found := httpx.get(f"{url}/v1/videos?limit=100").json()["data"]:
        for video in found:
            httpx.delete(f"{url}/v1/videos/{video['id']}")


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


def until(page: Page, expression: str, timeout: float = PATIENCE) -> None:
    """Waits until a JavaScript expression is true. (`wait_for_function` needs `unsafe-eval`.)"""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"it never became true: {expression}"
        page.wait_for_timeout(50)
