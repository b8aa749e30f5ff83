"""From an empty page to a clip that plays."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from studio_pages import MAKING, until


def test_a_sentence_becomes_a_clip(studio: Page):
    studio.get_by_label("Prompt").fill("a red ball drops onto a wooden floor")
    studio.get_by_label("Size").select_option("512x512")
    studio.get_by_label("Seconds").select_option("2")
    studio.get_by_role("button", name="Create").click()
    tile = studio.get_by_role("link", name="Open: a red ball drops onto a wooden floor")
    expect(tile.get_by_role("progressbar")).to_be_visible()
    studio.reload()  # the queue survives, and the prompt does, too
    expect(studio.get_by_label("Prompt")).to_have_value("a red ball drops onto a wooden floor")
    place = tile.bounding_box()
    expect(tile.get_by_text("2 s", exact=True)).to_be_visible(timeout=MAKING)
    assert tile.bounding_box() == place, "nothing moves when a clip is finished"
    tile.click()
    until(studio, "(document.querySelector('video')?.currentTime ?? 0) > 0.2")
    assert studio.evaluate("document.querySelector('video').videoWidth") == 512
