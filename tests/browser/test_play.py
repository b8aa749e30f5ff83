"""The page of play, in a browser: keys, a lost connection, a clip of what was played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from serving import Running, serving
from studio_pages import overflow, quiet_page, serious_findings

WORLD = 120_000  # milliseconds until a world is made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("play"), workers=0) as running:
        yield running


def begin(page: Page) -> None:
    page.get_by_label("Land (seed)").fill("3")
    page.locator(".play-start").get_by_role("button", name="Play").click()
    expect(page.locator(".play-pad")).to_be_visible(timeout=WORLD)


def at_step(page: Page, number: int) -> None:
    expect(page.get_by_text(f"step {number}", exact=True)).to_be_visible(timeout=WORLD)


def into_lava(page: Page) -> None:
    page.get_by_label("Where and when").fill("lava")
    page.get_by_label("Land (seed)").fill("0")
    page.get_by_role("button", name="Start again", exact=True).last.click()
    at_step(page, 0)
    for number in (1, 2):
        page.keyboard.press("ArrowLeft")
        at_step(page, number)


def pixels(page: Page) -> str:
    return page.evaluate("document.querySelector('canvas').toDataURL()")


def test_a_world_is_played_and_kept(chromium: Browser, server: Running):
    with quiet_page(chromium, server.url, "/play") as page:
        begin(page)
        first = pixels(page)
        for number, key in enumerate(("ArrowRight", "d", "ArrowDown"), 1):
            page.keyboard.press(key)
            at_step(page, number)
        assert pixels(page) != first
        page.get_by_role("button", name="Left", exact=True).click()
        at_step(page, 4)
        page.reload()  # the session of the tab goes on
        at_step(page, 4)
        page.get_by_role("button", name="Keep as a clip").click()
        page.get_by_role("link", name="Open").click()
        expect(page.locator("so-player video")).to_be_visible()
        video = httpx.get(f"{server.url}/v1/videos").json()["data"][0]
        assert (video["model"], video["seed"], video["duration"]) == ("crafter", 3, 0.625)


def test_a_dropped_connection_resumes(chromium: Browser, server: Running):
    with quiet_page(chromium, server.url, "/play", viewport={"width": 390, "height": 844}) as page:
        drop = []
        page.route_web_socket(
            "**/socket", lambda socket: drop.append((socket, socket.connect_to_server()))
        )
        begin(page)
        page.keyboard.press("ArrowUp")
        at_step(page, 1)
        drop[0][0].close(code=3001)
        expect(page.get_by_text("The connection is lost")).to_be_visible()
        at_step(page, 1)
        page.keyboard.press("ArrowUp")
        at_step(page, 2)
        assert len(drop) == 2
        assert overflow(page) <= 0
        assert serious_findings(page) == []


def test_a_dream_goes_on_where_the_game_is_over(chromium: Browser, server: Running):
    with quiet_page(chromium, server.url, "/play") as page:
        begin(page)
        into_lava(page)
        said = page.get_by_text("its player died at step 2. The dream goes on.")
        expect(said).to_be_visible()
        expect(page.locator(".play-notice")).to_have_count(0)
        page.keyboard.press("ArrowUp")
        at_step(page, 3)
        expect(page.get_by_text("Tiles that are true")).to_have_count(0)
        anchored = page.get_by_role("button", name="Anchored", exact=True)
        anchored.click()
        alert = page.get_by_role("alert")
        expect(alert).to_have_text(
            "The simulator's player died at step 2, and Anchored follows it: start again."
        )
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_text("其中的角色在第 2 步死亡")).to_be_visible()
        expect(alert).to_contain_text("“锚定”模式离不开它")
        page.get_by_role("button", name="English").click()
        page.keyboard.press("ArrowUp")
        at_step(page, 4)
        expect(alert).to_have_count(0)
        page.get_by_role("button", name="Start again", exact=True).click()
        at_step(page, 0)
        expect(said).to_have_count(0)
        anchored.click()
        expect(page.get_by_role("button", name="Anchored", pressed=True)).to_be_visible(
            timeout=WORLD
        )
        into_lava(page)
        notice = page.locator(".play-notice")
        expect(notice.get_by_text("The player has died.")).to_be_visible()
        page.keyboard.press("ArrowUp")
        page.get_by_role("button", name="Dream", exact=True).click()
        expect(notice).to_have_count(0)
        page.keyboard.press("ArrowUp")
        at_step(page, 3)


def test_keys_play_on_after_a_click_on_a_control(
    chromium: Browser, server: Running, tmp_path: Path
):
    picture = tmp_path / "grey.png"
    Image.new("RGB", (90, 100), (60, 60, 60)).save(picture)
    with quiet_page(chromium, server.url, "/play") as page:
        begin(page)
        page.get_by_role("button", name="Dream", exact=True).click()
        page.keyboard.press(" ")
        at_step(page, 1)
        page.get_by_label("Mark those that are not").click()
        page.keyboard.press("ArrowLeft")
        at_step(page, 2)
        page.get_by_label("Time").click()
        page.get_by_label("Time").select_option("0")
        page.keyboard.press("ArrowDown")
        at_step(page, 3)
        expect(page.get_by_label("Time")).to_have_value("0")
        page.locator("input[type=file]").set_input_files(picture)
        at_step(page, 0)
        page.keyboard.press(" ")
        at_step(page, 1)
        button = page.get_by_role("button", name="Say it now")
        button.focus()
        page.keyboard.press("Enter")  # by the keyboard alone, the control keeps it
        expect(button).to_be_focused()
        page.get_by_label("Where and when").press_sequentially("wasd")
        expect(page.get_by_label("Where and when")).to_have_value("wasd")
        at_step(page, 1)
