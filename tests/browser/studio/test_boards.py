"""Storyboards in Chromium: made again, with characters, and opened from files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from footage import write_video
from serving import Running, picture
from sorairo.generation.requests.storyboard.toml import read_storyboard
from studio_pages import MAKING, clear, serious_findings, until

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


def open_board(page: Page, server: Running) -> None:
    page.goto(f"{server.url}/#/storyboard")
    page.wait_for_selector(".view-storyboard h1")


def card(page: Page, number: int) -> None:
    page.locator(".board-card").nth(number - 1).click()
    expect(page.get_by_role("heading", name=f"Card {number}")).to_be_visible()


def test_two_tabs_write_one_storyboard(studio: Page, server: Running):
    """What one has written, the other does not overwrite with what it knew before."""
    open_board(studio, server)
    other = studio.context.new_page()
    open_board(other, server)
    for page, number, text in ((studio, 1, "a red ball"), (other, 2, "a blue box")):
        card(page, number)
        page.locator("#card-prompt").fill(text)
    for page in (studio, other):
        expect(page.locator(".board-card").nth(0)).to_contain_text("a red ball")
        expect(page.locator(".board-card").nth(1)).to_contain_text("a blue box")
    studio.reload()
    expect(studio.locator(".board-card").nth(0)).to_contain_text("a red ball")


def test_a_storyboard_with_a_character(studio: Page, server: Running, tmp_path: Path):
    """A kept character is put on a card; the clip shows it; the file that is saved is read by the
    command line, and opens as it was."""
    ruby = keep(server, "Ruby")
    open_board(studio, server)
    studio.reload()
    card(studio, 2)
    studio.locator("#card-prompt").fill("a blue box on the sand")
    card(studio, 1)
    studio.locator("select[name=kind]").select_option("character")
    studio.locator("#card-prompt").fill("rolls on the grass")
    expect(studio.get_by_text("Card 1 has no picture, clip or character")).to_be_visible()
    studio.get_by_role("button", name="Ruby", exact=True).click()
    expect(studio.locator("#card-prompt")).to_have_value("Ruby rolls on the grass")
    assert serious_findings(studio) == []
    with studio.expect_event(
        "download", lambda each: each.suggested_filename == f"{ruby}.mp4"
    ) as clip:
        with studio.expect_download() as toml:
            studio.get_by_role("button", name="Save").click()
        toml.value.save_as(tmp_path / "story.toml")
    clip.value.save_as(tmp_path / f"{ruby}.mp4")
    board, files = read_storyboard(tmp_path / "story.toml")
    assert (board.names, files) == (("Ruby",), (tmp_path / f"{ruby}.mp4",))
    studio.get_by_role("button", name="New").click()
    board_page = studio.url
    studio.goto(f"{server.url}/#/library")  # where the page does not ask what the clip would cost
    studio.reload()  # nor is it about to
    studio.wait_for_selector(".view-library h1")
    httpx.delete(f"{server.url}/v1/videos/characters/{ruby}")
    studio.goto(board_page)
    studio.locator("input[type=file][accept*=toml]").set_input_files(
        [tmp_path / "story.toml", *files]
    )
    expect(studio.get_by_text("2 cards opened.")).to_be_visible()
    (again,) = httpx.get(f"{server.url}/v1/videos/characters").json()["data"]
    assert (again["name"], again["id"] == ruby) == ("Ruby", False)
    expect(studio.locator("select[name=kind]")).to_have_value("character")
    studio.get_by_role("button", name="Make the clip").click()
    studio.wait_for_selector(".view-clip")
    made = newest(server)
    recipe = httpx.get(f"{server.url}/v1/videos/{made['id']}/recipe").json()
    assert recipe["body"]["characters"] == [{"id": again["id"]}]
    assert recipe["request"]["names"] == ["Ruby"]
    studio.get_by_text("The same as code").click()
    studio.get_by_role("button", name="sorairo", exact=True).click()
    expect(studio.locator(".code pre")).to_contain_text('[[character]]\nname = "Ruby"')
    post(server, f"/{made['id']}/cancel")
    studio.goto(f"{server.url}/#/library")  # where the page does not ask what the clip would cost
    studio.reload()  # nor is it about to
    studio.wait_for_selector(".view-library h1")
    httpx.delete(f"{server.url}/v1/videos/characters/{again['id']}")


def keep(server: Running, name: str) -> str:
    """Keeps a character of a clip of a second; returns its id."""
    video = post(server, "", prompt="a red ball on the grass", size="64x64", seconds="1", **SMALL)
    with httpx.stream(
        "GET", f"{server.url}/v1/videos/{video['id']}/events", timeout=None
    ) as events:
        assert any("video.completed" in line for line in events.iter_lines())
    return post(server, "/characters", name=name, video={"id": video["id"]})["id"]


TOML = """
seconds = 9
size = "640x360"
fps = 12
steps = 7
guidance = 3.5
negative = "snow"

[[card]]
prompt = "a red ball rolls"
style = "neon"

[[card]]
clip = "in.mp4"
at = 0.5

[[card]]
picture = "end.png"
cut = false
seconds = 0.3

[[card]]
prompt = "a blue box"
start = 5
"""


def test_a_file_is_opened_whole(studio: Page, server: Running, tmp_path: Path):
    """What has no field is kept, lengths are those of the command line, and files are stored."""
    frames = [np.full((64, 64, 3), 8 * i, np.uint8) for i in range(20)]
    clip = write_video(tmp_path / "in.mp4", frames, [83 * i for i in range(20)])
    (tmp_path / "end.png").write_bytes(picture())
    path = tmp_path / "story.toml"
    path.write_text(TOML, encoding="utf-8")
    wanted, _ = read_storyboard(path)
    open_board(studio, server)
    studio.locator("input[type=file][accept*=toml]").set_input_files([path, clip])
    expect(studio.get_by_text("These files are missing")).to_contain_text("end.png")
    studio.locator("input[type=file][accept*=toml]").set_input_files(
        [path, clip, tmp_path / "end.png"]
    )
    expect(studio.locator(".board-card img, .board-card video")).to_have_count(2)
    studio.reload()
    expect(studio.locator(".board-card img, .board-card video")).to_have_count(2)
    studio.get_by_role("button", name="Make the clip").click()
    studio.wait_for_selector(".view-clip")
    made = newest(server)
    request = request_of(server, made["id"])
    post(server, f"/{made['id']}/cancel")
    same = ("fps", "steps", "guidance", "negative", "width", "height")
    assert [request[name] for name in same] == [getattr(wanted, name) for name in same]
    for card, other in zip(request["cards"], wanted.cards, strict=True):
        times = [other.start, other.end, other.at]
        assert [card[name] for name in ("start", "end", "at")] == pytest.approx(times, abs=0.02)
        assert (card["prompt"], card["style"], card["cut"]) == (
            other.prompt,
            other.style,
            other.cut,
        )
        assert [card["clip"] is None, card["picture"] is None] == [
            other.clip is None, other.picture is None
        ]  # fmt: skip


def test_a_card_lasts_as_long_as_its_clip(studio: Page, server: Running, tmp_path: Path):
    frames = [np.full((64, 64, 3), 4 * i, np.uint8) for i in range(40)]
    clip = write_video(tmp_path / "long.mp4", frames, [100 * i for i in range(40)])
    open_board(studio, server)
    studio.locator("select[name=kind]").select_option("clip")
    studio.locator("input[type=file][accept='video/*']").set_input_files(clip)
    first = studio.locator(".board-card").first
    expect(first).to_contain_text(re.compile(r"3\.9\d? s|4 s"))  # the last frame has no length
    expect(studio.get_by_text("long.mp4")).to_be_visible()
    studio.get_by_role("button", name="Undo").click()
    expect(first).to_contain_text("2 s")


def test_a_full_browser_says_so(studio: Page, server: Running):
    open_board(studio, server)
    studio.evaluate("""() => {
      for (let length = 2 ** 22; length > 1; length /= 2) {
        try {
          for (let i = 0; ; i++) localStorage.setItem(`${length}.${i}`, "x".repeat(length));
        } catch {}
      }
    }""")
    studio.locator("#card-prompt").fill("a red ball " * 20)
    expect(studio.get_by_role("alert")).to_contain_text("cannot keep more")
    studio.evaluate("localStorage.clear()")
    studio.locator("#card-prompt").fill("a red ball")
    expect(studio.get_by_role("alert")).to_have_count(0)
