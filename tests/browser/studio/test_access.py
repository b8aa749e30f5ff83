"""How people get to the page: by the keyboard alone; with a key; when the server has been away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

import studio_library
from serving import run_json, serving
from studio_pages import crowded, overflow, serious_findings, until


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


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A server that asks for keys."""

    url: str
    key: str
    """That of an administrator, who is called boss."""
    video: str
    """The administrator's clip."""


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    folder = tmp_path_factory.mktemp("keyed")
    boss = run_json(folder, "keys", "create", "--name", "boss", "--admin")
    (video,) = studio_library.fill(folder, 1, owner=boss["id"])
    with serving(folder, workers=0) as server:
        yield Keyed(url=server.url, key=boss["key"], video=video)


def test_a_key_is_asked_for_and_kept_in_this_tab(chromium: Browser, keyed: Keyed):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(keyed.url)
    field, button = (
        page.get_by_label("Key", exact=True),
        page.get_by_role("button", name="Open"),
    )
    field.fill("wrong")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("does not know this key")
    field.fill(keyed.key)
    button.click()
    until(page, "document.querySelector('.tile img')?.naturalWidth > 0")
    assert keyed.key not in page.evaluate("JSON.stringify({ ...localStorage })")
    page.reload()
    page.locator(".tile").click()
    until(page, "document.querySelector('so-player video')?.readyState >= 2")
    until(page, "document.querySelector('so-sheet img')?.naturalWidth > 0")
    other = context.new_page()
    other.goto(f"{keyed.url}/#/clip/{keyed.video}")
    expect(other.get_by_label("Key", exact=True)).to_be_visible()
    page.goto(f"{keyed.url}/#/settings")
    page.get_by_role("button", name="Use another key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0, "nor the prompt that was written with it"
    context.close()


def give_key(page: Page, key: str) -> None:
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Open the studio").click()


def test_a_tile_plays_by_the_newest_link(chromium: Browser, keyed: Keyed):
    """Signed links expire after an hour; a page may stay open for longer."""
    context = chromium.new_context()
    page, is_later = context.new_page(), False

    def answer(route: Route) -> None:
        found = route.fetch()
        text = found.text().replace("signature=", "signature=later") if is_later else found.text()
        route.fulfill(response=found, body=text)

    page.route("**/v1/videos?*", answer)
    page.goto(keyed.url)
    give_key(page, keyed.key)
    until(page, "document.querySelector('.tile img')?.naturalWidth > 0")
    is_later = True
    with page.expect_response("**/v1/videos?*"):
        pass
    page.locator(".tile").hover()
    expect(page.locator(".tile video")).to_have_attribute("src", re.compile("signature=later"))
    context.close()


def test_an_answer_from_before_the_key_says_nothing_of_it(chromium: Browser, keyed: Keyed):
    """Requests that were sent without a key are refused when one has been given."""
    page, late = chromium.new_page(), []
    page.route(
        "**/v1/server",
        lambda each: (
            each.continue_() if "authorization" in each.request.headers else late.append(each)
        ),
    )
    page.goto(keyed.url)
    give_key(page, keyed.key)
    expect(page.get_by_label("Prompt")).to_be_visible()
    with page.expect_response(
        lambda each: each.url.endswith("/v1/server") and "authorization" not in each.request.headers
    ) as refused:
        late[0].continue_()
    assert refused.value.status == 401
    page.wait_for_timeout(300)
    expect(page.get_by_label("Prompt")).to_be_visible()
    page.context.close()


def test_an_administrator_makes_and_revokes_keys(chromium: Browser, keyed: Keyed):
    page = chromium.new_page()
    page.goto(f"{keyed.url}/#/settings")
    give_key(page, keyed.key)
    keys = page.get_by_role("region", name="Key", exact=True)
    expect(keys.get_by_text("boss", exact=True)).to_be_visible()
    expect(keys.get_by_role("button", name="Revoke boss")).to_have_count(0)
    long = "a friend " + "x" * 120
    httpx.post(
        f"{keyed.url}/v1/keys",
        json={"name": long, "admin": True},
        headers={"authorization": f"Bearer {keyed.key}"},
    ).raise_for_status()
    keys.get_by_label("Name of a new key").fill("朋友")
    keys.get_by_role("button", name="Create a key").click()
    secret = keys.locator("code")
    expect(secret).to_contain_text("sk-sorairo-")
    made = {"authorization": f"Bearer {secret.inner_text()}"}
    assert httpx.get(f"{keyed.url}/v1/keys", headers=made).status_code == 403
    assert httpx.get(f"{keyed.url}/v1/videos", headers=made).status_code == 200
    expect(keys.get_by_text(long)).to_be_visible()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert crowded(page) == []
        assert overflow(page) <= 0
    page.set_viewport_size({"width": 1280, "height": 844})
    assert serious_findings(page) == []
    page.get_by_role("link", name="Library").click()
    page.get_by_role("link", name="Settings").click()
    expect(keys.get_by_text("朋友")).to_be_visible()
    expect(secret).to_have_count(0)  # it is shown once
    page.on("dialog", lambda dialog: dialog.accept())
    keys.get_by_role("button", name="Revoke 朋友").click()
    expect(keys.get_by_text("revoked")).to_be_visible()
    assert httpx.get(f"{keyed.url}/v1/videos", headers=made).status_code == 401
    page.context.close()
