"""Storyboard, branches and settings in Chromium, with a real server."""

from __future__ import annotations

import re
import shlex
import zipfile
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from serving import Running
from sorairo.generation.requests.storyboard.toml import read_storyboard
from studio_archive import NAMES, bring, open_view
from studio_pages import MAKING, PHONE, crowded, overflow, quiet_page, serious_findings, until


def test_a_storyboard_by_keyboard(
    studio: Page, server: Running, archive: list[str], tmp_path: Path
):
    """Three cards are written, stretched, moved and undone; saved as TOML that the command line
    reads, opened again, and made."""
    bring(studio, server, archive)
    open_view(studio, server, "storyboard")
    studio.locator("#card-prompt").fill("a red ball rolls")
    studio.locator(".board-card").first.focus()
    studio.keyboard.press("Control+d")
    until(studio, "document.querySelectorAll('.board-card').length === 3")
    studio.locator("#card-prompt").fill("a blue box")
    studio.locator(".board-card").nth(1).focus()
    for keys, card, shown in (
        ("Shift+ArrowRight", 1, "2.25 s"),
        ("Shift+ArrowRight", 1, "2.5 s"),
        ("Alt+ArrowLeft", 0, "2.5 s"),
    ):
        studio.keyboard.press(keys)
        expect(studio.locator(".board-card").nth(card)).to_contain_text(shown)
    expect(studio.locator(".board-card").first).to_contain_text("a blue box")
    studio.keyboard.press("Control+z")
    expect(studio.locator(".board-card").nth(1)).to_contain_text("a blue box")
    studio.locator(".board-card").nth(2).click()
    expect(studio.get_by_role("heading", name="Card 3")).to_be_visible()
    studio.locator("#card-prompt").fill('a green cone "drops"')
    studio.locator("select[name=cut]").select_option("false")
    studio.get_by_label("Pause before it").fill("0.5")
    studio.get_by_label("Pause before it").blur()
    with studio.expect_download() as download:
        studio.get_by_role("button", name="Save").click()
    path = tmp_path / "storyboard.toml"
    download.value.save_as(path)
    board, _ = read_storyboard(path)
    assert [card.prompt for card in board.cards] == [
        "a red ball rolls",
        "a blue box",
        'a green cone "drops"',
    ]
    assert [(card.start, card.end, card.cut) for card in board.cards] == [
        (0.0, 2.0, True),
        (2.0, 5.0, True),
        (5.0, 7.0, False),
    ]
    studio.get_by_role("button", name="New").click()
    until(studio, "document.querySelectorAll('.board-card').length === 2")
    studio.locator("input[type=file][accept*=toml]").set_input_files(str(path))
    expect(studio.get_by_text("3 cards opened.")).to_be_visible()
    studio.locator(".board-card").nth(1).click()
    expect(studio.get_by_role("heading", name="Card 2")).to_be_visible()
    studio.locator("select[name=kind]").select_option("clip")
    choose(studio.get_by_role("main"), NAMES[0])
    assert serious_findings(studio) == []
    studio.get_by_role("button", name="Make the clip").click()
    studio.wait_for_selector(".view-clip")
    (made,) = httpx.get(f"{server.url}/v1/videos?kind=storyboard").json()["data"]
    assert float(made["seconds"]) == pytest.approx(5.5, abs=0.01), (
        "a card lasts as long as its clip"
    )
    lineage = httpx.get(f"{server.url}/v1/videos/{made['id']}/lineage").json()
    assert [each["relation"] for each in lineage["parents"]] == ["clip"]
    studio.get_by_text("The same as code").click()
    studio.get_by_role("button", name="sorairo", exact=True).click()
    until(studio, "document.querySelector('.code pre').innerText.includes('END')")
    code = studio.locator(".code pre").inner_text()
    begin, text, command = re.split("<<'END'\n|END\n", code)
    assert begin.endswith("cat > storyboard.toml ")
    assert begin.startswith("curl "), "its clip is fetched first"
    words = shlex.split(command.replace("\\\n", ""))
    assert words[:3] == ["sorairo", "storyboard", "storyboard.toml"]
    assert words[words.index("--seed") + 1] == str(made["seed"])
    given = httpx.get(f"{server.url}/v1/videos/{made['id']}/inputs/0").content
    (tmp_path / "input-0.mp4").write_bytes(given)
    (tmp_path / "again.toml").write_text(text, encoding="utf-8")
    again, files = read_storyboard(tmp_path / "again.toml")
    assert files == (tmp_path / "input-0.mp4",)
    assert [(card.prompt, card.cut) for card in again.cards] == [
        (card.prompt, card.cut) for card in board.cards
    ]


def test_cards_are_dragged_and_stretched(studio: Page, server: Running):
    open_view(studio, server, "storyboard")
    studio.locator("#card-prompt").fill("first")
    first, second = (studio.locator(".board-card").nth(i) for i in range(2))
    box = first.bounding_box()
    assert box is not None
    studio.mouse.move(box["x"] + box["width"] - 4, box["y"] + 60)
    studio.mouse.down()
    studio.mouse.move(box["x"] + box["width"] + 72, box["y"] + 60, steps=5)
    studio.mouse.up()
    expect(first).to_contain_text("3 s")
    # drawn with the next frame
    wide = box["width"] + 72
    studio.wait_for_function(
        "wide => Math.abs(document.querySelector('.board-card').offsetWidth - wide) <= 12", arg=wide
    )
    studio.mouse.move(box["x"] + 40, box["y"] + 30)
    studio.mouse.down()
    studio.mouse.move(box["x"] + wide + 130, box["y"] + 30, steps=8)
    studio.mouse.up()
    expect(second).to_contain_text("first")


def test_cards_are_moved_by_touch(chromium: Browser, server: Running):
    """A finger that rests on a card moves it; one that does not scrolls the timeline."""
    with quiet_page(chromium, server.url, **PHONE) as page:
        open_view(page, server, "storyboard")
        page.locator("#card-prompt").fill("first")
        page.get_by_role("button", name="Add a card").tap()
        cards = page.locator(".board-card")
        expect(cards).to_have_count(3)
        page.evaluate("document.querySelector('.timeline').scrollLeft = 0")
        box = cards.first.bounding_box()
        assert box is not None
        x, y = box["x"] + 100, box["y"] + 40
        swipe(page, x, y, 200, rest=500)
        expect(cards.nth(1)).to_contain_text("first")
        assert page.evaluate("document.querySelector('.timeline').scrollLeft") == 0
        box = cards.first.bounding_box()
        assert box is not None
        swipe(page, box["x"] + box["width"] - 4, box["y"] + 60, -72, rest=0)
        expect(cards.first).to_contain_text("1 s")
        swipe(page, x, y, -90, rest=0)
        until(page, "document.querySelector('.timeline').scrollLeft > 40")
        expect(cards.nth(1)).to_contain_text("first")


def swipe(page: Page, x: float, y: float, by: float, *, rest: int) -> None:
    """A finger that comes down, rests for some milliseconds, and moves to the side."""
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, *points: float) -> None:
        touched = [{"x": point, "y": y} for point in points]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    touch("touchStart", x)
    page.wait_for_timeout(rest)
    for step in range(1, 11):
        touch("touchMove", x + by * step / 10)
    touch("touchEnd")
    devtools.detach()


def test_a_branching_film(studio: Page, server: Running, archive: list[str], tmp_path: Path):
    """After the first clip the viewer chooses between two ways."""
    bring(studio, server, archive)
    open_view(studio, server, "branches")
    for _ in range(2):
        studio.get_by_role("button", name="Add a way").first.click()
    parts = studio.locator(".branch")
    expect(parts).to_have_count(3)
    for number, name in ((1, "left"), (2, "right")):
        parts.nth(number).get_by_label("What the viewer chooses").fill(name)
        choose(parts.nth(number), NAMES[number])
    choose(parts.first, NAMES[0])  # it plays at once; its end finds both ways
    expect(studio.locator(".film-choices")).to_be_visible()
    assert serious_findings(studio) == []
    studio.get_by_role("button", name="right", exact=True).click()
    right = next(
        video["id"]
        for video in httpx.get(f"{server.url}/v1/videos").json()["data"]
        if video["prompt"] == NAMES[2]
    )
    until(studio, f"document.querySelector('.film-screen video').src.includes('{right}')")
    with studio.expect_download() as download:
        studio.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "film.zip")
    names = zipfile.ZipFile(tmp_path / "film.zip").namelist()
    assert (len(names), "film/index.html" in names) == (5, True)
    studio.get_by_role("button", name="As one clip").click()
    expect(studio.locator("so-player")).to_be_visible()
    (joined,) = httpx.get(f"{server.url}/v1/videos?kind=cut").json()["data"]
    assert joined["duration"] == pytest.approx(2, abs=0.05)
    open_view(studio, server, "branches")
    studio.reload()
    expect(studio.locator(".branch")).to_have_count(3)
    studio.get_by_role("button", name="New film").click()
    expect(studio.locator(".branch")).to_have_count(1)
    studio.get_by_role("button", name="Undo").click()
    expect(studio.locator(".branch")).to_have_count(3)
    parts.nth(1).get_by_role("button", name="Delete").click()
    expect(studio.locator(".branch")).to_have_count(2)
    studio.get_by_role("button", name="Undo").last.click()
    expect(parts.nth(1).get_by_label("What the viewer chooses")).to_have_value("left")


def choose(part: Locator, name: str) -> None:
    """Takes a clip of the library for a part of a film."""
    picker = part.locator("details.picker").first
    picker.locator("summary").click()
    picker.get_by_role("searchbox").fill(name.rpartition(" ")[2])
    picker.get_by_role("button", name=name).click()
    expect(picker.locator("summary")).to_contain_text(name)
    picker.locator("summary").click()


def test_the_model_makes_a_way_that_the_player_takes(
    studio: Page, server: Running, archive: list[str]
):
    """It begins with the last picture of the clip before it, in its size, for as many seconds as
    are chosen; the viewer chooses it when that clip has ended."""
    bring(studio, server, archive)
    open_view(studio, server, "branches")
    parts = studio.locator(".branch")
    choose(parts.first, NAMES[0])
    for number, name in enumerate(("on", "back"), start=1):
        studio.get_by_role("button", name="Add a way").first.click()
        parts.nth(number).get_by_label("What the viewer chooses").fill(name)
    choose(parts.nth(2), NAMES[1])
    studio.get_by_label("Style").select_option(label="Pencil")
    way = parts.nth(1)
    way.get_by_label("What it shows").fill("a red ball rolls on")
    way.get_by_label("Seconds").select_option("1")
    expect(way.get_by_text(re.compile(r"^about \d+ (s|min)"))).to_be_visible()
    way.get_by_role("button", name="Make").click()
    expect(way.locator("progress")).to_be_visible()
    expect(way.locator("progress")).to_be_hidden(timeout=MAKING)
    (made,) = httpx.get(f"{server.url}/v1/videos?kind=animate").json()["data"]
    assert (made["status"], made["size"], made["duration"]) == ("completed", "160x90", 1)
    recipe = httpx.get(f"{server.url}/v1/videos/{made['id']}/recipe").json()
    assert recipe["body"]["style"] == "pencil"
    studio.get_by_role("button", name="From the beginning").first.click()
    studio.get_by_role("group", name="Choose how it goes on").get_by_role(
        "button", name="on"
    ).click()
    until(studio, f"document.querySelector('.film-screen video').src.includes('{made['id']}')")
    until(studio, "document.querySelector('.film-screen video').currentTime > 0.2")


def test_settings_and_other_languages(chromium: Browser, server: Running):
    for locale, width, scheme in (("en-US", 1280, "light"), ("zh-CN", 390, "dark")):
        size = {"width": width, "height": 800}
        with quiet_page(
            chromium, server.url, viewport=size, color_scheme=scheme, locale=locale
        ) as page:
            for name in ("settings", "storyboard", "branches", "import"):
                open_view(page, server, name)
                expect(page.get_by_text("Loading", exact=True)).to_be_hidden()
                assert overflow(page) == 0, (name, width)
                assert crowded(page) == [], (name, width)
                assert serious_findings(page) == [], (name, locale)
            if locale == "en-US":
                open_view(page, server, "settings")
                expect(page.get_by_text("sorairo models pull wan2.2-5b")).to_be_visible()
                for words in ("create --name studio --admin", "list"):
                    expect(page.get_by_text(f"sorairo keys {words}", exact=True)).to_be_visible()
