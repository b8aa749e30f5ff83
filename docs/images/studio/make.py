"""Makes the pictures of docs/studio.md again: a real server, clips of the shipped model, Chromium.

    .venv/bin/python docs/images/studio/make.py [--folder DIR] [--only NAME ...]

It takes some ten minutes. With `--folder` the clips are kept there, and the next run takes them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "tests"))

from serving import serving  # noqa: E402
from studio_pages import quiet_page, until  # noqa: E402

BALL, BOX = "a red ball drops onto a wooden floor", "a blue box slides to the left on the sand"
CLIPS = (
    (BALL, {"n": 3, "seed": 11}),
    (f"{BOX} at sunset", {"seed": 3}),
    ("一个绿色的圆柱体在大理石地板上，随转盘转动", {"seed": 3}),
    ("a yellow ball rolls to the right on the grass", {"seed": 5}),
    ("a purple ball rolls to the left on the snow", {"seed": 2}),
    ("an orange box slides to the right on a marble floor", {"seed": 4}),
    ("a red ball rolls to the left on a wooden floor", {"seed": 8}),
    ("a red ball rolls to the right on a wooden floor", {"seed": 8}),
)
SHAPE = {"size": "512x288", "seconds": "2"}
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
QUALITY = 78


class Studio:
    """A server with its clips, and the browser that looks at it."""

    def __init__(self, url: str, browser: Browser) -> None:
        self.url, self.browser = url, browser
        self.api = httpx.Client(base_url=f"{url}/v1", timeout=600)

    def make_clips(self) -> None:
        """Makes the clips that are not there yet."""
        known = {video["prompt"] for video in self.videos()}
        for prompt, more in CLIPS:
            if prompt not in known:
                self.post("videos", {"prompt": prompt, **SHAPE, **more})
        self.wait()
        if not any(video["kind"] == "edit" for video in self.videos()):
            parent = {"video": {"id": self.id_of(BALL)}, "strength": 0.6}
            self.post("videos/edits", {"prompt": BALL.replace("red", "green"), **parent})
            self.wait()

    def videos(self) -> list[dict]:
        return self.api.get("/videos?limit=100").json()["data"]

    def id_of(self, prompt: str) -> str:
        found = (each for each in self.videos() if each["kind"] == "generate")
        return next(each["id"] for each in found if each["prompt"] == prompt)

    def post(self, path: str, body: dict) -> dict:
        return self.api.post(f"/{path}", json=body).raise_for_status().json()

    def wait(self) -> None:
        while any(each["status"] in ("queued", "in_progress") for each in self.videos()):
            time.sleep(1)

    @contextlib.contextmanager
    def page(self, view: str, **options: object) -> Iterator[Page]:
        with quiet_page(self.browser, self.url, **{**WIDE, **options}) as page:
            page.goto(f"{self.url}/#/{view}")
            page.wait_for_timeout(2500)
            yield page

    def tool(self, prompt: str, name: str, **options: object):
        return self.page(f"clip/{self.id_of(prompt)}?tool={name}", **options)


def shot(page: Page, top: int | None = None) -> Image.Image:
    if top is not None:
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(500)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def create(studio: Studio) -> Image.Image:
    with studio.page("") as page:
        page.get_by_label("Prompt").fill("a crimson bal drops onto a wooden floor near a unicorn")
        page.get_by_label("Size").select_option("512x288")
        page.get_by_label("Seconds").select_option("2")
        page.get_by_text("Read as:").wait_for()
        page.wait_for_timeout(1000)
        return shot(page)


def variations(studio: Studio) -> Image.Image:
    with studio.page("", viewport={"width": 1280, "height": 560}) as page:
        group = page.locator(".request.many").last
        return shot(page, int(group.evaluate("e => e.getBoundingClientRect().y + scrollY - 60")))


def queue(studio: Studio) -> Image.Image:
    for number, prompt in enumerate((f"{BOX} at sunset", BALL, "a white ball is tossed up")):
        studio.post(
            "videos", {"prompt": prompt, "size": "1280x720", "seconds": "4", "seed": number}
        )
    with studio.page("queue", color_scheme="dark", viewport={"width": 1280, "height": 560}) as page:
        page.locator("so-preview img").first.wait_for(timeout=240_000)
        until(page, "document.querySelector('.job progress').value >= 40", 240_000)
        page.wait_for_timeout(1500)
        picture = shot(page)
    jobs = [each for each in studio.videos() if each["status"] in ("queued", "in_progress")]
    for each in jobs:
        studio.api.delete(f"/videos/{each['id']}")
    return picture


def library(studio: Studio) -> Image.Image:
    with studio.page("library", color_scheme="dark") as page:
        for index in (1, 4):
            page.locator(".cell input").nth(index).check(force=True)
        page.wait_for_timeout(500)
        return shot(page)


def clip(studio: Studio) -> Image.Image:
    with studio.page(f"clip/{studio.id_of(BALL)}", viewport={"width": 1280, "height": 900}) as page:
        return shot(page)


def region(studio: Studio) -> Image.Image:
    with studio.tool(BALL, "region", viewport={"width": 1280, "height": 860}) as page:
        area = page.locator("canvas.painter-mask")
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        assert box is not None
        for row in (0.2, 0.32, 0.44):
            page.mouse.move(box["x"] + box["width"] * 0.36, box["y"] + box["height"] * row)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * 0.58, box["y"] + box["height"] * row, steps=6)
            page.mouse.up()
        page.get_by_label("What it shows").fill("a blue ball drops onto a wooden floor")
        return shot(page, int(page.locator(".tool-form").evaluate("e => e.offsetTop - 20")))


def recut(studio: Studio) -> Image.Image:
    with studio.tool(BALL, "recut", viewport={"width": 1280, "height": 640}) as page:
        page.get_by_role("slider", name="To", exact=True).fill("1.3")
        page.get_by_role("button", name="After its end").click()
        return shot(page, int(page.locator(".tools").evaluate("e => e.offsetTop - 20")))


def blend(studio: Studio) -> Image.Image:
    with studio.tool(BALL, "blend", viewport={"width": 1280, "height": 700}) as page:
        page.locator(".pick button").nth(2).click()
        page.get_by_role("slider", name="Point 2").focus()
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        return shot(page, int(page.locator(".tool-form").evaluate("e => e.offsetTop - 20")))


def take(part: Locator, prompt: str) -> None:
    """Takes a clip of the library in a picker, and closes it."""
    picker = part.locator("details.picker").first
    picker.locator("summary").click()
    picker.get_by_role("button", name=prompt, exact=True).first.click()
    picker.locator("summary").click()


def storyboard(studio: Studio) -> Image.Image:
    with studio.page("storyboard", viewport={"width": 1280, "height": 840}) as page:
        page.locator("#card-prompt").fill("a red ball rolls to the left on a wooden floor")
        page.locator(".board-card").first.focus()
        page.keyboard.press("Control+d")
        page.locator(".board-card").nth(2).wait_for()
        page.locator("#card-prompt").fill("a red ball rolls to the right")
        page.locator("select[name=cut]").select_option("false")
        page.locator(".board-card").nth(2).click()
        page.locator("select[name=kind]").select_option("clip")
        take(page.get_by_role("main"), f"{BOX} at sunset")
        page.wait_for_timeout(2500)
        return shot(page, 0)


def branches(studio: Studio) -> Image.Image:
    with studio.page("branches") as page:
        for _ in range(2):
            page.get_by_role("button", name="Add a way").first.click()
        ways = ("", "To the left", "To the right")
        clips = (BALL, CLIPS[6][0], CLIPS[7][0])
        for number, way, prompt in reversed(list(zip(range(3), ways, clips, strict=True))):
            part = page.locator(".branch").nth(number)
            if way:
                part.get_by_label("What the viewer chooses").fill(way)
            part.get_by_label("What it shows").fill(prompt)
            take(part, prompt)
        page.locator(".film-choices").wait_for(timeout=60_000)
        return shot(page, 0)


def importing(studio: Studio) -> Image.Image:
    size = {"width": 1280, "height": 560}
    with studio.page("import", viewport=size) as page, tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "sora-archive.zip"
        archive.write_bytes(studio.api.get(f"/videos/export?ids={studio.id_of(BALL)}").content)
        page.locator("input[type=file]:not([webkitdirectory])").set_input_files(archive)
        page.get_by_role("link", name="Open the library").wait_for(timeout=60_000)
        picture = shot(page)
    imported = [each for each in studio.videos() if each["kind"] == "import"]
    for each in imported:
        studio.api.delete(f"/videos/{each['id']}")
    return picture


def phone(studio: Studio) -> Image.Image:
    """Four views on a phone beside each other."""
    views = (
        ("", "light", "en-US"),
        ("library", "light", "zh-CN"),
        (f"clip/{studio.id_of(BALL)}", "dark", "zh-CN"),
        ("storyboard", "dark", "en-US"),
    )
    pictures = []
    for view, scheme, locale in views:
        with studio.page(view, color_scheme=scheme, locale=locale, **PHONE) as page:
            pictures.append(shot(page))
    gap, (width, height) = 24, pictures[0].size
    sheet = Image.new("RGB", (4 * width + 3 * gap, height), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number * (width + gap), 0))
    return sheet.resize((sheet.width * 3 // 4, sheet.height * 3 // 4), Image.Resampling.LANCZOS)


def first(browser: Browser) -> Image.Image:
    """The page of a server that has nothing yet."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        return shot_of_first(Studio(server.url, browser))


def shot_of_first(studio: Studio) -> Image.Image:
    with studio.page("") as page:
        page.get_by_text("about").first.wait_for(timeout=240_000)  # the worker has measured itself
        return shot(page)


PICTURES: dict[str, Callable[[Studio], Image.Image]] = {
    "create": create,
    "variations": variations,
    "queue": queue,
    "library": library,
    "clip": clip,
    "region": region,
    "recut": recut,
    "blend": blend,
    "storyboard": storyboard,
    "branches": branches,
    "import": importing,
    "phone": phone,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where the clips are kept")
    parser.add_argument("--only", nargs="+", choices=["first", *PICTURES], help="these pictures")
    given = parser.parse_args()
    wanted = given.only or ["first", *PICTURES]
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        playwright = stack.enter_context(sync_playwright())
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        studio = Studio(stack.enter_context(serving(folder)).url, browser)
        studio.make_clips()
        for name in wanted:
            picture = first(browser) if name == "first" else PICTURES[name](studio)
            path = HERE / f"{name}.webp"
            picture.save(path, quality=QUALITY, method=6)
            print(f"{path} {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
