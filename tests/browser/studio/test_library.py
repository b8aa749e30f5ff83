"""The library: clips are found, selected, marked, deleted, restored and taken away; what the page
has changed stays as it is when an older answer of the server arrives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import httpx
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from serving import Running
from studio_pages import crowded, overflow, serious_findings


def select_all(checks: Locator) -> None:
    """Selects the clips of the first check box, of the last one, and all between."""
    checks.first.check()
    checks.last.click(modifiers=["Shift"])


def test_search_select_and_delete_with_undo(desk: Page):
    desk.get_by_role("link", name="Library").click()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()
    desk.get_by_role("searchbox").fill("blue sunset")
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    checks = desk.get_by_role("checkbox", name="Select: a blue box")
    select_all(checks)
    bar = desk.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("textbox", name="Add a tag").fill("Seaside")
    bar.get_by_role("button", name="Add", exact=True).click()
    bar.get_by_role("button", name="Favourite").click()
    desk.get_by_role("searchbox").fill("seaside")
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Clear the selection").click()
    expect(bar).to_be_hidden()
    checks.first.check()
    bar.get_by_role("button", name="Delete").click()
    expect(desk.locator(".cell")).to_have_count(2)
    expect(bar).to_be_hidden()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator(".cell")).to_have_count(3)
    select_all(checks)
    bar.get_by_role("button", name="Delete").click()
    expect(desk.get_by_role("heading", name="No clip is like that.")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.get_by_role("searchbox").fill("")
    desk.get_by_role("button", name="Favourites").click()
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()


def test_more_clips_at_once_than_the_page_reads_again(desk: Page, library_server: Running):
    """A program asks for 64, of which the head of the list has 24."""
    url = f"{library_server.url}/v1/videos"
    asked = [{"prompt": f"a red ball {number}", "n": 8} for number in range(8)]
    made = [httpx.post(url, json=body).raise_for_status().json() for body in asked]
    try:
        desk.get_by_role("link", name="Queue").click()
        expect(desk.locator(".job:not(.failed)")).to_have_count(64)
    finally:
        desk.close()  # it would look for those that are gone
        for video in made:
            for name in video["videos"]:
                httpx.delete(f"{url}/{name}")


def test_a_character_that_is_gone_holds_nothing_up(desk: Page, library_server: Running):
    """It was chosen in this tab, and deleted elsewhere: there is no button any more that takes it
    out of the box."""
    url = f"{library_server.url}/v1/videos"
    found = httpx.get(f"{url}?status=completed&limit=1").json()["data"][0]["id"]
    body = {"name": "Ruby", "video": {"id": found}}
    ruby = httpx.post(f"{url}/characters", json=body).raise_for_status().json()["id"]
    desk.reload()
    desk.get_by_role("button", name="Ruby").click()
    httpx.delete(f"{url}/characters/{ruby}").raise_for_status()
    with desk.expect_response("**/v1/videos/characters?*"):
        desk.reload()
    desk.get_by_label("Prompt").fill("a red ball rolls")
    with desk.expect_response("**/v1/videos") as answer:
        desk.get_by_role("button", name="Create", exact=True).click()
    assert answer.value.ok
    made = answer.value.json()["id"]
    desk.close()  # it would look for what is gone
    httpx.delete(f"{url}/{made}")


def test_tags_of_several_clips(desk: Page):
    """Long ones and odd ones are shown whole, within the page; a tag is taken from all at once."""
    url = desk.url.partition("#")[0]
    long, odd = "x" * 64, 'a,b; "c" <b> 标签'
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("searchbox").fill("collide")
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    checks = desk.get_by_role("checkbox", name="Select: a small yellow")
    select_all(checks)
    bar = desk.get_by_role("region", name="Selection")
    field = bar.get_by_role("textbox", name="Add a tag")
    chosen = desk.get_by_role("combobox", name="Tag")
    for tag in (odd, long):
        field.fill(tag)
        field.press("Enter")
        expect(chosen.get_by_role("option", name=tag)).to_have_count(1)
    desk.get_by_role("searchbox").fill("")
    chosen.select_option(odd)
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    assert crowded(desk) == []
    row = desk.locator(".library-bar").bounding_box()
    assert row is not None
    assert row["height"] < 60, "the filters stay in one row"
    desk.locator(".cell a").first.click()
    expect(desk.get_by_role("button", name=f"Remove the tag {long}")).to_be_visible()
    assert crowded(desk) == []
    assert overflow(desk) <= 0
    desk.get_by_role("link", name="Library").first.click()
    for tag in (odd, long):
        field.fill(tag)
        bar.get_by_role("button", name="Remove", exact=True).click()
        expect(chosen.get_by_role("option", name=tag)).to_have_count(0)
    assert httpx.get(f"{url}v1/videos?tag={long}").json()["data"] == []


def test_deleted_clips_come_back_after_a_reload(desk: Page):
    """Undo is there for some seconds; the list of deleted clips for a day."""
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("searchbox").fill("blue sunset")
    checks = desk.get_by_role("checkbox", name="Select: a blue box")
    select_all(checks)
    desk.get_by_role("region", name="Selection").get_by_role("button", name="Delete").click()
    expect(desk.get_by_text("3 clips deleted.")).to_be_visible()
    desk.reload()
    desk.get_by_role("link", name="Deleted clips").click()
    rows = desk.locator(".job")
    expect(rows).to_have_count(3)
    assert overflow(desk) <= 0
    assert serious_findings(desk) == []
    rows.first.get_by_role("button", name="Restore").click()
    expect(rows).to_have_count(2)
    desk.get_by_role("button", name="Restore all").click()
    expect(desk.get_by_text("Nothing has been deleted.")).to_be_visible()
    desk.get_by_role("main").get_by_role("link", name="Library").click()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()


def test_clips_are_taken_away(desk: Page, tmp_path: Path):
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("searchbox").fill("blue sunset")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "all.zip")
    names = zipfile.ZipFile(tmp_path / "all.zip").namelist()
    assert sum(name.endswith(".mp4") for name in names) == 3
    assert any(name.endswith("prompts.csv") for name in names)
    desk.locator(".cell").first.get_by_role("link").click()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="GIF").click()
    download.value.save_as(tmp_path / "one.gif")
    assert (tmp_path / "one.gif").read_bytes().startswith(b"GIF89a")


READ_ALL = """async () => {
  const module = document.querySelector("script[src$='app.js']").src;
  await (await import(module.replace("app.js", "core/library.js"))).readAll();
}"""
HEAD = "**/v1/videos?limit=24"  # the newest clips, which the page reads again and again


def test_a_list_that_was_asked_for_before_a_change_is_dropped(desk: Page):
    held: list[tuple[Route, APIResponse]] = []
    desk.get_by_role("link", name="Library").click()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()
    hearts = desk.locator(".tile-heart")
    before = hearts.count()
    desk.route(HEAD, lambda route: held.append((route, route.fetch())), times=1)
    with desk.expect_request(HEAD):
        pass
    while not held:
        desk.wait_for_timeout(50)
    desk.get_by_role("checkbox", name="Select: a red ball").first.check()
    desk.get_by_role("region", name="Selection").get_by_role("button", name="Favourite").click()
    expect(hearts).to_have_count(before + 1)
    ((route, answer),) = held
    with desk.expect_event("requestfinished", lambda each: each == route.request):
        route.fulfill(response=answer)
    desk.wait_for_timeout(100)  # the page draws it within some frames
    assert hearts.count() == before + 1


def test_a_clip_that_is_deleted_here_and_restored_elsewhere_comes_back(desk: Page):
    """Without a reload, once no answer from before the deletion can be on its way."""
    url = desk.url.partition("#")[0]
    desk.clock.install()
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("checkbox", name="Select: a red ball").first.check()
    ids = {"ids": [desk.locator(".cell.selected .tile").get_attribute("data-id")]}
    desk.get_by_role("region", name="Selection").get_by_role("button", name="Delete").click()
    expect(desk.get_by_text("11 clips", exact=True)).to_be_visible()
    expect(desk.get_by_role("button", name="Undo")).to_be_visible()
    httpx.post(f"{url}v1/videos/restore", json=ids).raise_for_status()
    desk.evaluate(READ_ALL)
    expect(desk.get_by_text("11 clips", exact=True)).to_be_visible()
    desk.clock.fast_forward(20_000)
    desk.evaluate(READ_ALL)
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()


def test_a_clip_that_is_deleted_elsewhere_leaves_the_selection(desk: Page):
    """Also when it comes back."""
    url = desk.url.partition("#")[0]
    desk.get_by_role("link", name="Library").click()
    checks = desk.get_by_role("checkbox", name="Select: a red ball")
    checks.first.check()
    checks.last.check()
    bar = desk.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("2 selected")
    ids = {"ids": [desk.locator(".cell.selected .tile").first.get_attribute("data-id")]}
    for action, count in (("trash", 11), ("restore", 12)):
        httpx.post(f"{url}v1/videos/{action}", json=ids).raise_for_status()
        desk.evaluate(READ_ALL)
        expect(desk.get_by_text(f"{count} clips", exact=True)).to_be_visible()
        expect(bar).to_contain_text("1 selected")
