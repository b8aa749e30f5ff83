"""Long play in a browser: 300 steps in each mode, two players at once. `make studio` runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from serving import Running, serving
from studio_pages import quiet_page
from tiny_crafter import tiny_crafter

WORLD = 120_000  # milliseconds until a world is made
STEPS = 300


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    command = ("play", str(tiny_crafter(tmp_path_factory.mktemp("model"))), "--no-open")
    with serving(tmp_path_factory.mktemp("play"), workers=0, command=command) as running:
        yield running


def figure(page: Page, pattern: str) -> float:
    text = page.locator(".play-figures").inner_text()
    found = re.search(pattern, text)
    assert found, text
    return float(found[1].replace(",", ""))


def begin(page: Page, mode: str, seed: int) -> None:
    page.get_by_label("Land (seed)").fill(str(seed))
    page.locator(".play-start").get_by_role("button", name=re.compile("Play|Start again")).click()
    expect(page.locator(".play-pad")).to_be_visible(timeout=WORLD)
    page.get_by_role("button", name=mode, exact=True).click()
    expect(page.get_by_role("button", name=mode, pressed=True)).to_be_visible(timeout=WORLD)
    page.get_by_label("Time").select_option("20")


def played(page: Page, count: int) -> float:
    """Plays so many steps, begun anew after each death; the frame rate at the end."""
    before = 0.0
    while True:
        done = figure(page, r"step ([\d,]+)")
        if before + done >= count:
            return figure(page, r"([\d.,]+) frames/s")
        again = page.locator(".play-notice button")
        if again.is_visible():
            before += done
            again.click()
            expect(page.locator(".play-notice")).to_have_count(0, timeout=WORLD)
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(100)


def memory(server: Running) -> float:
    """Megabytes of the largest process of a session."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return max(each.memory_info().rss for each in children) / 2**20


@pytest.mark.parametrize("mode", ["Dream", "Anchored", "Simulator"])
def test_three_hundred_steps(chromium: Browser, server: Running, mode: str):
    with quiet_page(chromium, server.url, "/play") as page:
        begin(page, mode, 3)
        played(page, STEPS // 3)
        first = memory(server)
        rate = played(page, STEPS)
        assert memory(server) < first + 30, "memory stays flat"
        print(f"{mode}: {rate:.1f} frames/s, {memory(server):.0f} MB")
        if mode == "Simulator":
            expect(page.get_by_text("Tiles that are true")).to_have_count(0)


def test_two_players_at_once(chromium: Browser, server: Running):
    with (
        quiet_page(chromium, server.url, "/play") as one,
        quiet_page(chromium, server.url, "/play") as two,
    ):
        for page in (one, two):
            begin(page, "Dream", 3)
        rates = [played(page, 60) for page in (one, two)]
        print(f"two players: {rates[0]:.1f} and {rates[1]:.1f} frames/s")
        assert min(rates) > 0
