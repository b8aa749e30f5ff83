"""From an empty page to a clip that plays, with one click."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from serving import Running, serving
from studio_pages import MAKING, quiet_page, serious_findings, until, write_speed

PROMPT = "a red ball drops onto a wooden floor"
ABOUT = re.compile(r"about \d+ (s|min)")


def test_one_click_makes_the_first_clip(studio: Page, server: Running):
    """The button says how long the clip will take."""
    button = studio.get_by_role("button", name=f"Make this clip {PROMPT}")
    expect(button).to_contain_text(ABOUT)
    assert serious_findings(studio) == []
    button.click()
    tile = studio.get_by_role("link", name=f"Open: {PROMPT}")
    expect(tile.get_by_role("progressbar")).to_be_visible()
    studio.reload()  # the queue survives, and the prompt does, too
    expect(studio.get_by_label("Prompt")).to_have_value(PROMPT)
    expect(studio.get_by_text("With details:")).to_be_visible()  # the box has its full height
    place = tile.bounding_box()
    expect(tile.get_by_text("2 s", exact=True)).to_be_visible(timeout=MAKING)
    assert tile.bounding_box() == place, "nothing moves when a clip is finished"
    tile.click()
    until(studio, "(document.querySelector('video')?.currentTime ?? 0) > 0.2")
    assert studio.evaluate("document.querySelector('video').videoWidth") == 512
    (video,) = httpx.get(f"{server.url}/v1/videos").json()["data"]
    assert (video["size"], video["duration"], video["native_size"]) == ("512x320", 2, "128x80")


def test_a_cost_appears_once_the_server_has_measured_itself(chromium: Browser, tmp_path: Path):
    """The page asks again."""
    with serving(tmp_path, workers=0) as server, quiet_page(chromium, server.url) as page:
        with page.expect_response(lambda answer: "/estimate" in answer.url) as asked:
            page.get_by_label("Prompt").fill("a red ball drops")
        assert asked.value.json()["estimated_seconds"] is None
        cost = page.locator(".compose .cost").filter(has_text=ABOUT)
        expect(cost).to_have_count(0)
        write_speed(tmp_path)
        expect(cost).to_be_visible()
