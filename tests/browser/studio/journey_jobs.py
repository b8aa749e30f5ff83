"""What people see of jobs, with the shipped model: `make studio`. It takes some minutes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from serving import Running, picture, serving
from studio_pages import MAKING, clear, quiet_page, until

PROMPT = "a red ball drops onto a wooden floor"
SMALL = {"size": "128x80", "seconds": "1", "num_inference_steps": 4}
# What the page needs of a window that nobody looks at, and a list of the notifications it shows.
UNSEEN = """
Object.defineProperty(document, "hidden", { get: () => true });
window.shown = [];
window.Notification = class extends Notification {
  constructor(title, options) { super(title, options); window.shown.push([title, options.body]); }
};
"""


@pytest.fixture
def page(chromium: Browser, server: Running) -> Iterator[Page]:
    clear(server.url)
    with quiet_page(chromium, server.url) as page:
        yield page


def submit(server: Running, **fields: object) -> dict[str, object]:
    answer = httpx.post(f"{server.url}/v1/videos", json={"prompt": PROMPT, "seed": 7, **fields})
    return answer.raise_for_status().json()


def ended(page: Page, server: Running, count: int) -> None:
    url = f"{server.url}/v1/videos?status=completed"
    for _ in range(int(MAKING / 500)):
        if len(httpx.get(url).json()["data"]) >= count:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{count} clips were never finished")


def test_a_notification_tells_that_a_clip_is_done(chromium: Browser, server: Running):
    with quiet_page(chromium, server.url, permissions=["notifications"]) as page:
        page.add_init_script(UNSEEN)
        page.reload()
        expect(page.get_by_role("main")).to_be_visible()
        page.get_by_label("Prompt").fill(PROMPT)
        page.get_by_label("Size").select_option("512x288")
        page.get_by_label("Seconds").select_option("2")
        page.get_by_role("button", name="Create", exact=True).click()
        until(page, "window.shown.length === 1", MAKING)
        assert page.evaluate("window.shown") == [["Your clip is done", PROMPT]]
        expect(page).to_have_title("(1) Create · sorairo")
        page.locator(".feed .tile").first.click()
        player = page.locator("so-player video")
        expect(player).to_be_visible()
        page.get_by_role("button", name="Full screen").click()
        until(page, "document.fullscreenElement?.matches('.player, .player video')")
        page.keyboard.press("Escape")


def test_variations_stay_together_and_nothing_scrolls(page: Page, server: Running):
    """Three of one request among others: while they are finished, each request keeps its place, and
    the page the place where it is read. In the end, the best is first."""
    for number in range(4):
        submit(server, n=3 if number == 2 else 1, prompt=f"{PROMPT} {number}", **SMALL)
    groups = page.locator(".request")
    expect(groups).to_have_count(4)
    expect(groups.nth(1).locator(".tile")).to_have_count(3)
    page.set_viewport_size({"width": 900, "height": 400})
    page.evaluate("scrollTo(0, 500)")
    places = "[...document.querySelectorAll('.request')].map(e => e.getBoundingClientRect().y)"
    before = page.evaluate(f"[scrollY, ...{places}]")
    names = page.locator(".request-prompt").all_text_contents()
    ended(page, server, 6)
    expect(page.locator(".tile.completed")).to_have_count(6, timeout=MAKING)
    assert page.evaluate(f"[scrollY, ...{places}]") == pytest.approx(before, abs=1)
    assert page.locator(".request-prompt").all_text_contents() == names
    expect(groups.nth(1)).to_contain_text("best match first")
    tiles = groups.nth(1).locator(".tile")
    shown = [tiles.nth(i).get_attribute("data-id") for i in range(3)]
    scores = [httpx.get(f"{server.url}/v1/videos/{each}").json()["score"] for each in shown]
    assert scores == sorted(scores, reverse=True)


def test_a_picture_is_pasted(page: Page):
    page.get_by_label("Prompt").fill(PROMPT)
    page.get_by_label("Prompt").evaluate(
        """(field, bytes) => {
          const clipboardData = new DataTransfer();
          const type = { type: "image/png" };
          clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png", type));
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        list(picture((128, 80))),
    )
    expect(page.locator(".source-name")).to_have_text("image.png")
    expect(page.get_by_label("Prompt")).to_have_value(PROMPT)


def test_a_job_outlives_a_reload_and_a_stopped_one_is_retried(page: Page, server: Running):
    page.get_by_label("Prompt").fill(PROMPT)
    page.get_by_label("Size").select_option("512x288")
    page.get_by_label("Seconds").select_option("12")
    page.get_by_role("button", name="Create", exact=True).click()
    tile = page.locator(".feed .tile").first
    expect(tile).to_contain_text("Making", timeout=MAKING)
    page.reload()
    expect(tile).to_contain_text("Making", timeout=MAKING)
    expect(page.get_by_label("Prompt")).to_have_value(PROMPT)
    page.get_by_role("link", name="Queue").click()
    expect(page.locator(".job so-preview img")).to_be_visible(timeout=MAKING)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible(timeout=MAKING)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".job.queued, .job.in_progress")).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".job.failed")).to_have_count(2, timeout=MAKING)
    assert httpx.get(f"{server.url}/v1/videos").json()["data"][0]["prompt"] == PROMPT


def test_the_queue_outlives_the_server(chromium: Browser, tmp_path: Path):
    """The server is killed with its worker while it has two jobs; after another start they are
    finished, and the page that was open has never been touched."""
    with serving(tmp_path) as first:
        port = int(first.url.rpartition(":")[2])
        context = chromium.new_context()
        page = context.new_page()
        page.goto(first.url)
        submit(first, **SMALL)
        submit(first, **SMALL, prompt="a blue box slides to the left")
        expect(page.locator(".tile")).to_have_count(2, timeout=MAKING)
        os.killpg(first.process.pid, signal.SIGKILL)
        expect(page.get_by_text("The server does not answer.")).to_be_visible(timeout=MAKING)
    with serving(tmp_path, port=port):
        expect(page.get_by_text("The server does not answer.")).to_be_hidden(timeout=MAKING)
        expect(page.locator(".tile.completed")).to_have_count(2, timeout=MAKING)
    context.close()
