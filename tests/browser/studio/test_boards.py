"""Storyboards in Chromium: made again, with characters, and opened from files."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Page, expect

from serving import Running
from studio_pages import MAKING, clear, until

CARDS = [
    {"prompt": "a red ball rolls on the grass", "seconds": 0.5, "style": "neon"},
    {"prompt": "a blue box slides on the sand", "seconds": 0.5},
]
SMALL = {"num_inference_steps": 1, "seed": 7}
BOARD = {"size": "64x64", "prompt": "at night", "card": CARDS}


def post(server: Running, route: str, **body: Any) -> dict[str, Any]:
    return httpx.post(f"{server.url}/v1/videos{route}", json=body).raise_for_status().json()


def request_of(server: Running, video: str) -> dict[str, Any]:
    return httpx.get(f"{server.url}/v1/videos/{video}/recipe").json()["request"]


def newest(server: Running) -> dict[str, Any]:
    return httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]


def test_failed_jobs_are_all_there_and_retried(studio: Page, server: Running):
    clear(server.url)
    board = post(server, "", storyboard=BOARD, **SMALL)
    post(server, f"/{board['id']}/cancel")
    for number in range(21):
        video = post(server, "", prompt=f"a red ball {number}", size="64x64", **SMALL)
        post(server, f"/{video['id']}/cancel")
    studio.goto(f"{server.url}/#/queue")
    rows = studio.locator(".job.failed")
    expect(rows).to_have_count(20)
    studio.get_by_role("button", name="Show all 22").click()
    expect(rows).to_have_count(22)
    rows.filter(has_text="a blue box").get_by_role("button", name="Retry").click()
    expect(studio.locator(".job:not(.failed)")).to_have_count(1)
    again = newest(server)
    assert again["id"] != board["id"]
    assert request_of(server, again["id"]) == request_of(server, board["id"])
    studio.goto(f"{server.url}/#/clip/{again['id']}?tool=again")
    until(studio, "document.querySelector('video')?.readyState >= 2", MAKING)
    expect(studio.get_by_label("What it shows")).to_have_count(0)
    studio.locator(".tool-form button.primary").click()
    until(studio, f"!location.hash.includes('{again['id']}')")
    assert request_of(server, newest(server)["id"]) == request_of(server, board["id"])
    assert newest(server)["remixed_from_video_id"] is None
