"""What the page asks of the server: lists to their ends, and clips whose answers were lost."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, Page, Route, expect

from serving import Running
from studio_pages import quiet_page


def listed(server: Running) -> list[dict[str, Any]]:
    return httpx.get(f"{server.url}/v1/videos?limit=100").raise_for_status().json()["data"]


def test_a_long_trash_is_listed_to_its_end(desk: Page, library_server: Running):
    """It has two pages here."""
    videos = [{**each, "trashed_at": each["created_at"]} for each in listed(library_server)]
    last, asked = videos[5]["id"], []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        is_first = "after=" not in route.request.url
        data = videos[:6] if is_first else videos[6:]
        found = {"object": "list", "data": data, "last_id": data[-1]["id"], "has_more": is_first}
        route.fulfill(json=found)

    desk.route("**/v1/videos?trashed=true*", answer)
    desk.goto(f"{library_server.url}/#/trash")
    restore = desk.get_by_role("button", name="Restore", exact=True)
    expect(restore).to_have_count(len(videos))
    assert asked[1].endswith(f"&after={last}")


def test_a_clip_whose_answer_was_lost_is_made_once(chromium: Browser, library_server: Running):
    before, keys = {each["id"] for each in listed(library_server)}, []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append(route.request.headers["idempotency-key"])
        response = route.fetch()
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(response=response)

    with quiet_page(chromium, library_server.url, refused="/v1/videos") as page:
        page.route("**/v1/videos", answer)
        page.get_by_label("Prompt").fill("a red ball")
        create = page.get_by_role("button", name="Create", exact=True)
        for count in (1, 1, 2):  # clips after each click; the first answer is lost
            ended = "requestfinished" if keys else "requestfailed"
            with page.expect_event(ended, lambda request: request.method == "POST"):
                create.click()
            expect(create).to_be_enabled()
            made = [each["id"] for each in listed(library_server) if each["id"] not in before]
            assert len(made) == count
    assert keys[0] == keys[1] != keys[2]
    for each in made:
        httpx.delete(f"{library_server.url}/v1/videos/{each}").raise_for_status()
