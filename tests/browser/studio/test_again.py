"""What is shown before it is used: prompts with details, costs, seeds, and the storyboard by which
a clip was made; and a clip that is made with the page in Chinese."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Browser, Page, expect

from footage import write_video
from serving import Running, picture
from studio_pages import MAKING, clear, quiet_page, serious_findings, until

SMALL = {"num_inference_steps": 1, "seed": 7}
COST = re.compile(r"about \d+ s")
PROMPT = "一个红色的球落到木地板上"
DRAFT = {"size": "128x80", "seconds": "1"}
SPOKEN = {"MP4", "GIF", "WebP", "tabletop", "sora"}  # words that Chinese has, and names
LANGUAGES = {"curl", "Python", "Node", "js", "sorairo"}


def post(server: Running, route: str, **body: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.url}/v1/videos{route}", json=body)
    return answer.raise_for_status().json()


def recipe_of(server: Running, video: str) -> dict[str, Any]:
    return httpx.get(f"{server.url}/v1/videos/{video}/recipe").raise_for_status().json()


def newest(server: Running) -> dict[str, Any]:
    return httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]


def small_clip(server: Running, page: Page) -> str:
    """A clip that is done, as the page knows."""
    made = post(server, "", prompt="a red ball on the grass", size="64x64", seconds="1", **SMALL)
    page.goto(f"{server.url}/#/clip/{made['id']}")
    until(page, "document.querySelector('video')?.readyState >= 2", MAKING)
    return made["id"]


def test_details_and_examples_before_they_are_used(studio: Page, server: Running):
    """The expanded prompt is there to read, and is what a click puts in; an example that replaces
    a prompt can be taken back."""
    box = studio.get_by_label("Prompt")
    box.fill("a red ball drops")
    details = studio.locator("p").filter(has=studio.get_by_role("button", name="Add details"))
    expect(details).to_contain_text("With details:")
    shown = details.inner_text().removeprefix("With details:").removesuffix("Add details").strip()
    assert re.search(r"\bred (ball|sphere|orb)\b", shown)
    assert len(shown) > len("a red ball drops")
    assert serious_findings(studio) == []
    details.get_by_role("button").click()
    expect(box).to_have_value(shown)
    box.fill("qwertz asdfg")
    studio.get_by_role("group", name="Examples").get_by_role("button").first.click()
    expect(box).to_have_value("a red ball drops onto a wooden floor")
    studio.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(box).to_have_value("qwertz asdfg")


def test_make_again_names_its_cost_and_takes_another_seed(studio: Page, server: Running):
    first = small_clip(server, studio)
    expect(studio.locator("dl.recipe")).to_contain_text("tabletop")  # known since it was made
    studio.get_by_role("link", name="Make again").click()
    form = studio.locator(".tool-form")
    expect(form).to_contain_text(COST)
    seed = form.get_by_role("textbox", name="Seed")
    expect(seed).to_have_attribute("placeholder", "7")
    form.get_by_role("button", name="Draw a seed").click()
    expect(seed).not_to_have_value("")
    drawn = int(seed.input_value())
    expect(form).to_contain_text(COST)
    form.get_by_role("button", name="Create").click()
    until(studio, f"!location.hash.includes('{first}')")
    made = newest(server)
    assert (made["seed"], made["remixed_from_video_id"]) == (drawn, first)
    old, new = (recipe_of(server, each)["request"] for each in (first, made["id"]))
    assert {**new, "seed": 7} == old
    expect(studio.locator(".relative")).to_contain_text("Made again")
    post(server, f"/{made['id']}/cancel")


def test_a_film_has_a_seed(studio: Page, server: Running):
    studio.goto(f"{server.url}/#/branches")
    studio.get_by_role("textbox", name="Seed").fill("12x34")
    studio.get_by_label("What it shows").fill("a red ball on the grass")
    expect(studio.get_by_role("textbox", name="Seed")).to_have_value("1234")
    studio.get_by_role("button", name="Make", exact=True).click()
    expect(studio.get_by_role("progressbar")).to_be_visible()
    assert newest(server)["seed"] == 1234
    post(server, f"/{newest(server)['id']}/cancel")


def stored(server: Running, name: str, content: bytes) -> dict[str, str]:
    file = {"file": (name, content)}
    answer = httpx.post(f"{server.url}/v1/files", files=file, data={"purpose": "user_data"})
    return {"file_id": answer.raise_for_status().json()["id"]}


def test_the_storyboard_of_a_clip_is_opened_as_it_was(studio: Page, server: Running, tmp_path):
    """With pauses, cuts, styles, files and seed: what is made from it is the same again."""
    frames = [np.full((64, 64, 3), 8 * i, np.uint8) for i in range(12)]
    clip = write_video(tmp_path / "in.mp4", frames, [83 * i for i in range(12)])
    image, film = stored(server, "a.png", picture()), stored(server, "in.mp4", clip.read_bytes())
    cards = [
        {"prompt": "a red ball rolls on the grass", "seconds": 0.5, "style": "neon"},
        {"prompt": "a blue box", "start": 1, "end": 2, "picture": image},
        {"prompt": "a box", "cut": False, "clip": film},
    ]
    board = {"size": "64x64", "prompt": "at night", "guidance": 2.5, "card": cards}
    made = post(server, "", storyboard=board, **SMALL)
    studio.goto(f"{server.url}/#/clip/{made['id']}")
    studio.get_by_role("button", name="Open the storyboard").click()
    expect(studio.get_by_text("3 cards opened.")).to_be_visible()
    expect(studio.locator(".board-card img, .board-card video")).to_have_count(2)
    expect(studio.locator(".board-pause")).to_have_text("0.5 s")
    expect(studio.get_by_label("In every card")).to_have_value("at night")
    expect(studio.get_by_role("textbox", name="Seed")).to_have_value("7")
    studio.get_by_role("button", name="Make the clip").click()
    studio.wait_for_selector(".view-clip")
    old, new = (recipe_of(server, each)["request"] for each in (made["id"], newest(server)["id"]))
    assert new == old
    for video in (made, newest(server)):
        post(server, f"/{video['id']}/cancel")
    studio.go_back()
    studio.get_by_role("button", name="Undo").first.click()
    expect(studio.locator(".board-card")).to_have_count(2)


def test_make_again_offers_the_storyboard(studio: Page, server: Running):
    cards = [{"prompt": "a red ball", "seconds": 0.5}, {"prompt": "a blue box", "seconds": 0.5}]
    made = post(server, "", storyboard={"size": "64x64", "card": cards}, **SMALL)
    studio.goto(f"{server.url}/#/clip/{made['id']}?tool=again")
    until(studio, "document.querySelector('video')?.readyState >= 2", MAKING)
    form = studio.locator(".tool-form")
    expect(form).to_contain_text(COST)
    form.get_by_role("button", name="Open the storyboard").click()
    expect(studio.get_by_text("2 cards opened.")).to_be_visible()


def test_a_clip_is_made_in_chinese(chromium: Browser, server: Running):
    """From the prompt to the page of the clip, without a word of English."""
    clear(server.url)
    with quiet_page(chromium, server.url, locale="zh-CN") as page:
        page.evaluate(
            f"sessionStorage.setItem('sorairo.draft', JSON.stringify({json.dumps(DRAFT)}))"
        )
        page.reload()
        page.get_by_label("提示词", exact=True).fill(PROMPT)
        expect(page.locator(".compose .cost")).to_contain_text(re.compile(r"约 \d+ 秒"))
        page.get_by_role("button", name="生成", exact=True).click()
        tile = page.get_by_role("link", name=f"打开：{PROMPT}")
        expect(tile.get_by_text("1 秒", exact=True)).to_be_visible(timeout=MAKING)
        tile.click()
        until(page, "(document.querySelector('video')?.currentTime ?? 0) > 0.2")
        page.get_by_role("link", name="重混").click()
        expect(page.locator(".tool-form")).to_contain_text(re.compile(r"约 \d+ 秒"))
        words = set(re.findall(r"[A-Za-z]{3,}", page.get_by_role("main").inner_text()))
        assert words <= SPOKEN | LANGUAGES
        assert serious_findings(page) == []
    (made,) = httpx.get(f"{server.url}/v1/videos").json()["data"]
    assert (made["prompt"], made["status"]) == (PROMPT, "completed")
