"""What can be made from a clip, with the shipped model: `make studio`. It takes some minutes.

Each test begins with the same clip of one second, which is made once.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from serving import Running, picture
from sora_archive import NUMBER, write_archive
from studio_pages import MAKING, overflow, quiet_page, until

BALL, BOX = "a red ball drops onto a wooden floor", "a blue box slides to the left on the sand"
SMALL = {"size": "128x80", "seconds": "1", "num_inference_steps": 4}


def made(server: Running, prompt: str) -> str:
    """The id of a finished clip."""
    with httpx.Client(base_url=f"{server.url}/v1", timeout=MAKING / 1000) as client:
        video = client.post("/videos", json={"prompt": prompt, "seed": 7, **SMALL}).json()["id"]
        with client.stream("GET", f"/videos/{video}/events") as events:
            assert any("video.completed" in line for line in events.iter_lines())
    return video


@pytest.fixture(scope="module")
def ball(server: Running) -> str:
    return made(server, BALL)


@pytest.fixture(scope="module")
def box(server: Running) -> str:
    return made(server, BOX)


@pytest.fixture
def page(chromium: Browser, server: Running) -> Iterator[Page]:
    with quiet_page(chromium, server.url, accept_downloads=True) as page:
        yield page


def open_tool(page: Page, video: str, tool: str) -> None:
    page.goto(page.url.partition("#")[0] + f"#/clip/{video}?tool={tool}")
    until(page, "document.querySelector('video')?.readyState >= 2")


def finish(page: Page, *, seconds: float | None = None) -> str:
    """Sends the form, and waits for the clip; returns its id."""
    before = page.evaluate("location.hash")
    page.locator(".tool-form button.primary").click()
    until(page, f"location.hash !== {before!r}")
    video = page.evaluate("location.hash").rpartition("/")[2]
    player = f"document.querySelector('so-player[data-id={video}] video')"
    until(page, f"{player}?.readyState >= 2", MAKING)
    assert overflow(page) <= 0
    if seconds is not None:
        assert page.evaluate(f"{player}.duration") == pytest.approx(seconds, abs=0.2)
    return video


@pytest.mark.parametrize(
    ("direction", "seconds"),
    [("Before its beginning", 2), ("After its end", 2), ("Both", 3)],
)
def test_extend(page: Page, ball: str, direction: str, seconds: float):
    open_tool(page, ball, "extend")
    page.get_by_role("button", name=direction, exact=True).click()
    page.locator(".tool-form input[type=range]").fill("1")
    finish(page, seconds=seconds)


def test_recut(page: Page, ball: str):
    open_tool(page, ball, "recut")
    page.locator(".tool-form button.primary").click()
    expect(page.get_by_role("alert")).to_contain_text("Move a handle")
    page.get_by_label("To", exact=True).fill("0.5")
    finish(page, seconds=0.5)
    open_tool(page, ball, "recut")
    page.get_by_role("button", name="After its end").click()
    page.locator(".tool-form > .field input[type=range]").fill("1")
    finish(page, seconds=1.5)


def test_remix_and_undo(page: Page, ball: str, server: Running):
    open_tool(page, ball, "remix")
    page.get_by_label("What it shows").fill("a green ball drops onto the grass")
    page.locator(".tool-form button.primary").click()
    page.get_by_role("button", name="Undo").click()
    until(page, f"location.hash.includes({ball!r})")
    expect(page.get_by_label("What it shows")).to_have_value("a green ball drops onto the grass")
    child = finish(page, seconds=1)
    expect(page.get_by_role("heading", name="Family")).to_be_visible()
    tree = httpx.get(f"{server.url}/v1/videos/{child}/lineage").json()
    assert [each["id"] for each in tree["parents"]] == [ball]


def test_loop_and_blend(page: Page, ball: str, box: str, server: Running):
    open_tool(page, ball, "loop")
    page.locator(".tool-form input[type=range]").fill("1")
    finish(page, seconds=2)
    open_tool(page, ball, "blend")
    page.get_by_role("button", name=BOX).click()
    point = page.get_by_role("slider", name="Point 3")
    point.focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    page.locator(".tool-form > .field input[type=range]").fill("1")
    blended = finish(page, seconds=3)
    recipe = httpx.get(f"{server.url}/v1/videos/{blended}/recipe").json()
    assert recipe["body"]["curve"] == [0, 0.25, 0.7, 0.75, 1]
    assert (recipe["body"]["start_prompt"], recipe["body"]["end_prompt"]) == (BALL, BOX)


def test_edit_a_region_and_retake_a_span(page: Page, ball: str, server: Running):
    open_tool(page, ball, "region")
    page.locator(".tool-form button.primary").click()
    expect(page.get_by_role("alert")).to_contain_text("Paint over")
    canvas = page.locator("canvas.painter-mask")
    canvas.scroll_into_view_if_needed()
    area = canvas.bounding_box()
    assert area is not None
    x, y, wide, high = area["x"], area["y"], area["width"], area["height"]
    page.mouse.move(x + wide * 0.2, y + high * 0.3)
    page.mouse.down()
    page.mouse.move(x + wide * 0.5, y + high * 0.3, steps=5)
    page.mouse.up()
    page.get_by_label("What it shows").fill("a blue ball on a wooden floor")
    edited = finish(page, seconds=1)
    mask = httpx.get(f"{server.url}/v1/videos/{edited}/inputs/1").content
    shades = Image.open(io.BytesIO(mask)).convert("L")
    assert (shades.width, shades.height) == (128, 80)
    assert [shades.getpixel((45, 24)), shades.getpixel((120, 70))] == [255, 0]
    open_tool(page, ball, "retake")
    finish(page, seconds=1)


def check_code(page: Page, server: Running, video: str) -> None:
    """The Python code that the page shows makes the same request again, with its picture."""
    page.goto(page.url.partition("#")[0] + f"#/clip/{video}")
    page.get_by_text("The same as code").click()
    page.get_by_role("button", name="Python", exact=True).click()
    code = page.locator(".code pre").inner_text().partition("video = client.videos.poll")[0]
    subprocess.run([sys.executable, "-c", code], check=True)
    (again,) = httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"]
    recipes = [httpx.get(f"{server.url}/v1/videos/{i}/recipe").json() for i in (video, again["id"])]
    assert again["id"] != video
    assert [recipe["body"] for recipe in recipes] == [recipes[0]["body"]] * 2
    assert [recipe["inputs"] for recipe in recipes] == [recipes[0]["inputs"]] * 2
    httpx.post(f"{server.url}/v1/videos/{again['id']}/cancel")


def test_a_picture_is_dropped_and_a_frame_used(
    page: Page, ball: str, server: Running, tmp_path: Path
):
    file = tmp_path / "red.png"
    file.write_bytes(picture((128, 80)))
    page.goto(page.url.partition("#")[0] + "#/")
    page.get_by_label("Prompt").fill(BALL)
    data = page.evaluate_handle(
        """async (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "red.png", { type: "image/png" }));
          return data;
        }""",
        list(file.read_bytes()),
    )
    page.dispatch_event("form.compose", "drop", {"dataTransfer": data})
    expect(page.locator(".source-name")).to_have_text("red.png")
    page.reload()
    expect(page.locator(".source-name")).to_have_text("red.png")
    page.get_by_label("Size").select_option("512x288")
    page.get_by_label("Seconds").select_option("2")
    tile = page.locator(".feed .tile").first
    before = str(tile.get_attribute("data-id"))
    page.get_by_role("button", name="Create", exact=True).click()
    expect(tile).not_to_have_attribute("data-id", before)
    expect(tile).to_have_class("tile completed", timeout=MAKING)
    made = tile.get_attribute("data-id")
    assert httpx.get(f"{server.url}/v1/videos/{made}").json()["kind"] == "animate"
    check_code(page, server, str(made))
    open_tool(page, ball, "")
    page.get_by_role("button", name="Use this picture as start").click()
    expect(page.locator(".source-name")).to_have_text("Picture of a clip.png")
    page.get_by_label("Size").select_option("512x288")
    page.get_by_label("Seconds").select_option("2")
    page.get_by_role("button", name="Create", exact=True).click()
    tile = page.locator(".feed .tile").first
    expect(tile.get_by_role("progressbar")).to_be_visible()
    tile.click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled").first).to_be_visible(timeout=MAKING)


def test_a_character_is_kept_and_cast(page: Page, ball: str):
    open_tool(page, ball, "character")
    page.get_by_label("Name").fill("Ruby")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Ruby is kept")).to_be_visible()
    page.goto(page.url.partition("#")[0] + "#/")
    page.get_by_role("button", name="Ruby", exact=True).click()
    expect(page.get_by_label("Prompt")).to_have_value("Ruby ")


@pytest.mark.parametrize(
    ("button", "magic"), [("GIF", b"GIF89a"), ("WebP", b"RIFF"), ("Pictures", b"PK\x03\x04")]
)
def test_downloads_open(page: Page, ball: str, tmp_path: Path, button: str, magic: bytes):
    open_tool(page, ball, "")
    with page.expect_download(timeout=MAKING) as download:
        page.get_by_role("button", name=button, exact=True).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.read_bytes().startswith(magic)
    if button != "Pictures":
        with Image.open(path) as image:
            assert getattr(image, "n_frames", 1) >= 12, "one second"
            image.seek(11)
            assert image.convert("RGB").size == (128, 80)


def test_an_archive_of_50_clips(chromium: Browser, server: Running, tmp_path: Path):
    write_archive(tmp_path)
    with quiet_page(chromium, server.url, refused="v1/videos/imports") as page:
        page.goto(f"{server.url}/#/import")
        page.locator("input[webkitdirectory]").set_input_files(tmp_path)
        done = page.get_by_text(f"{NUMBER + 1} clips imported.")
        expect(done).to_be_visible(timeout=MAKING)
        for name in ("broken.mp4", "page.mp4", "notes.json"):
            expect(page.locator(".import-list li", has_text=name)).to_be_visible()
        page.get_by_role("link", name="Open the library").click()
        page.get_by_role("searchbox").fill("ball shade 49")
        expect(page.get_by_text("1 clip", exact=True)).to_be_visible()


def test_a_storyboard_of_three_cards(page: Page, ball: str):
    page.goto(page.url.partition("#")[0] + "#/storyboard")
    page.locator("#card-prompt").fill("a red ball rolls to the left on the grass")
    page.locator(".board-card").first.focus()
    page.keyboard.press("Control+d")
    expect(page.locator(".board-card")).to_have_count(3)
    page.locator("#card-prompt").fill("a blue box slides to the right on the grass")
    page.locator(".board-card").nth(2).click()
    page.locator("select[name=kind]").select_option("clip")
    page.locator("details.picker summary").click()
    page.get_by_role("button", name=BALL, exact=True).first.click()
    page.get_by_role("button", name="Make the clip").click()
    expect(page.locator("so-player")).to_be_visible(timeout=MAKING)
    until(page, "document.querySelector('so-player video')?.duration > 4.5")
