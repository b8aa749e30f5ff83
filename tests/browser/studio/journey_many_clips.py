"""A library of 2,000 clips: how soon it is painted, and how smoothly it scrolls. `make studio`.

The limits are those of two idle cores. On a busy machine, the frames of an empty page are measured,
too: what the machine itself takes does not count.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

import studio_library
from serving import serving
from studio_pages import quiet_page

CLIPS = 2000
FIRST_PAINT, LONGEST_FRAME = 1500, 100  # milliseconds
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# The times between frames, longest first, while the page scrolls through the library.
SCROLL = """async () => {
  const end = document.documentElement.scrollHeight - innerHeight, times = [];
  let last = performance.now();
  for (let step = 0; step < 240; step += 1) {
    scrollTo(0, end * step / 240);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  return times.sort((a, b) => b - a);
}"""


def test_two_thousand_clips(chromium: Browser, tmp_path: Path):
    studio_library.fill(tmp_path, CLIPS)
    with serving(tmp_path, workers=0) as server, quiet_page(chromium, server.url) as page:
        page.goto(f"{server.url}/?again#/library")  # the files of the page are kept now
        expect(page.locator("so-grid .tile img").first).to_be_visible()
        painted = page.evaluate(PAINTED)
        expect(page.get_by_text("2,000 clips", exact=True)).to_be_visible()
        idle, busy = frames_of_an_empty_page(chromium), page.evaluate(SCROLL)
        print(f"first paint {painted:.0f} ms; longest frames {busy[:3]}, empty page {idle[:3]}")
        assert page.locator(".tile").count() < 80, "only what is near the window exists"
        assert painted <= FIRST_PAINT
        assert busy[0] <= max(LONGEST_FRAME, 2 * idle[0])


def frames_of_an_empty_page(chromium: Browser) -> list[float]:
    page: Page = chromium.new_page()
    page.set_content("<div style='height: 97000px; background: linear-gradient(red, blue)'></div>")
    times = page.evaluate(SCROLL)
    page.close()
    return times
