"""How people get to the page: by the keyboard alone; with a key; when the server has been away."""

from __future__ import annotations

from pathlib import Path

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

import studio_library
from serving import run_json, serving
from studio_pages import until


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Presses Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted} in {most} steps.")


def test_keyboard_alone(desk: Page):
    """From the top of the page into the box, to a clip that is asked for, to a clip in the library,
    and to another that is made from it: by Tab, Enter and text alone."""
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the content")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("Prompt")).to_be_focused()
    desk.keyboard.type("a red ball drops onto the grass")
    tab_to(desk, desk.get_by_role("button", name="Create", exact=True))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Open: a red ball drops onto the grass")).to_be_visible()
    desk.reload()
    tab_to(desk, desk.get_by_role("link", name="Library"))
    desk.keyboard.press("Enter")
    first = desk.locator(".cell").first
    expect(first).to_be_visible()
    tab_to(desk, first.get_by_role("link"))
    expect(first.locator("video")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Clip", exact=True)).to_be_visible()
    tab_to(desk, desk.locator("a.tool[href*='tool=loop']"))
    desk.keyboard.press("Enter")
    tab_to(desk, desk.locator(".tool-form button.primary"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("progressbar")).to_be_visible()
    tab_to(desk, desk.get_by_role("link", name="Create"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Prompt")).to_have_value("a red ball drops onto the grass")
    url = desk.url.partition("#")[0]
    desk.close()  # it would ask for what is deleted here
    for video in httpx.get(f"{url}v1/videos?limit=2").json()["data"]:
        assert video["status"] == "queued"
        httpx.delete(f"{url}v1/videos/{video['id']}").raise_for_status()


def test_a_stopped_server_is_noticed_and_found_again(chromium: Browser, tmp_path: Path):
    studio_library.fill(tmp_path, 1)
    with serving(tmp_path, workers=0) as first:
        port = int(first.url.rpartition(":")[2])
        context = chromium.new_context()
        page = context.new_page()
        page.goto(first.url)
        page.get_by_label("Prompt").fill("a red ball")
        expect(page.locator(".tile img")).to_be_visible()
    banner = page.get_by_text("The server does not answer.")
    expect(banner).to_be_visible()
    with serving(tmp_path, workers=0, port=port):
        expect(banner).to_be_hidden()
        expect(page.get_by_label("Prompt")).to_have_value("a red ball")
    context.close()


def test_a_key_is_asked_for_and_kept_in_this_tab(chromium: Browser, tmp_path: Path):
    made = run_json(tmp_path, "keys", "create", "--name", "studio")
    (video,) = studio_library.fill(tmp_path, 1, owner=made["id"])
    with serving(tmp_path, workers=0) as server:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(server.url)
        field, button = (
            page.get_by_label("Key", exact=True),
            page.get_by_role("button", name="Open"),
        )
        field.fill("wrong")
        button.click()
        expect(page.get_by_role("alert")).to_contain_text("does not know this key")
        field.fill(made["key"])
        button.click()
        until(page, "document.querySelector('.tile img')?.naturalWidth > 0")
        assert made["key"] not in page.evaluate("JSON.stringify({ ...localStorage })")
        page.reload()
        page.locator(".tile").click()
        until(page, "document.querySelector('so-player video')?.readyState >= 2")
        until(page, "document.querySelector('so-sheet img')?.naturalWidth > 0")
        other = context.new_page()
        other.goto(f"{server.url}/#/clip/{video}")
        expect(other.get_by_label("Key", exact=True)).to_be_visible()
        context.close()
