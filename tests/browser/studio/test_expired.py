"""Clips whose files the server has deleted after the time for which it keeps them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

import studio_library
from serving import serving
from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue
from studio_pages import quiet_page


def test_a_clip_without_files_says_so_and_is_made_again(chromium: Browser, tmp_path: Path):
    old, new = studio_library.fill(tmp_path, 2)
    Queue(open_database(f"sqlite:///{tmp_path}/jobs.db")).mark_files_deleted(old)
    with (
        serving(tmp_path, workers=0) as server,
        quiet_page(chromium, server.url, f"/#/clip/{old}") as page,
    ):
        expect(page.get_by_text("deleted.", exact=True)).to_be_visible()
        expect(page.locator("so-player, .tools, .clip-side a[download]")).to_have_count(0)
        page.goto(f"{server.url}/#/library")
        tile = page.locator(f".tile[data-id={old}]")
        expect(tile).to_contain_text("deleted")
        expect(page.locator(f".tile[data-id={new}]")).not_to_contain_text("deleted")
        tile.click()
        page.get_by_role("button", name="Retry").click()
        page.goto(f"{server.url}/#/queue")
        expect(page.locator(".job:not(.failed)")).to_have_count(1)
