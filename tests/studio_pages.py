"""Pages of the studio in a browser. They must stay quiet: no error in the console, no request to
another origin."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sorairo.jobs.database import open_database
from sorairo.jobs.stored.expected_rates import write_expected
from sorairo.jobs.work_rates import Point

PATIENCE = 60_000  # milliseconds for what needs no clip, on a machine that does much else
MAKING = 240_000  # milliseconds for a clip
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
expect.set_options(timeout=PATIENCE)


@contextmanager
def quiet_page(
    browser: Browser, url: str, path: str = "", *, refused: str = "", **options: Any
) -> Iterator[Page]:
    """A page in a context of its own, which fails the test if it is not quiet. The server may
    refuse requests to the path `refused`, of which browsers tell in the console."""
    context: BrowserContext = browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, **options}
    )
    page, noise = context.new_page(), []
    page.set_default_timeout(PATIENCE)
    page.on(
        "console",
        lambda m: (
            noise.append(f"{m.text} {m.location['url']}")
            if m.type in ("error", "warning")
            and not (refused and m.location["url"].endswith(refused))
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
    page.goto(f"{url}{path}", wait_until="load")
    expect(page.get_by_role("main")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()
    assert not noise, "\n".join(noise)


def clear(url: str) -> None:
    """Deletes all videos."""
    while found := httpx.get(f"{url}/v1/videos?limit=100").json()["data"]:
        for video in found:
            httpx.delete(f"{url}/v1/videos/{video['id']}")


def write_speed(folder: Path) -> None:
    """Writes into the database of a server's folder how long clips of its model take, as a worker
    does that has measured it."""
    database = open_database(f"sqlite:///{folder}/jobs.db")
    write_expected(database, "", [Point(128 * 80, 1.0)])  # a second for each second
    database.dispose()


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


def until(page: Page, expression: str, timeout: float = PATIENCE) -> None:
    """Waits until a JavaScript expression is true. (`wait_for_function` needs `unsafe-eval`.)"""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"it never became true: {expression}"
        page.wait_for_timeout(50)


AXE = Path(__file__).parent / "server" / "node" / "node_modules" / "axe-core" / "axe.min.js"
FIND = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => [each.id, ...each.nodes.slice(0, 3).map(node => node.html)].join(" | "))"""


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds on a page that keeps people from using it."""
    assert AXE.is_file(), "`make test` installs axe-core"
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(FIND)


def crowded(page: Page) -> list[str]:
    """What people cannot read or hit, because it is clipped, or lies on something else."""
    return page.evaluate((Path(__file__).parent / "crowded.js").read_text(encoding="utf-8"))
