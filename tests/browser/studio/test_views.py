"""Every view over a library of twelve clips and a failed job: accessible, in both languages, light
and dark, on a desk and on a phone; with the keyboard alone; without a server; with a key."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import studio_library
from serving import Running, picture, run_json, serving
from sorairo.generation.memory.estimate import Shortage
from sorairo.generation.memory.sentences import too_large
from studio_pages import PHONE, crowded, overflow, quiet_page, serious_findings, until

CLIPS = 12
REASON = too_large(
    Shortage(needed=9.5e9, free=2.1e9, on_device=False, size=(640, 352), shorter=True, given=False),
    "",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    studio_library.fill(folder, CLIPS)
    studio_library.fail(folder, REASON)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Running]:
    with serving(folder, workers=0) as running:
        yield running


@pytest.fixture
def desk(chromium: Browser, server: Running) -> Iterator[Page]:
    with quiet_page(chromium, server.url) as page:
        yield page


LANGUAGES = {"en-US": "en", "zh-CN": "zh-Hans"}
LAST = f"video_{CLIPS - 1:032x}"
VIEWS = ["", "library", "queue", f"clip/{LAST}", "clip/video_failed", "nowhere"]
TOOLS = ["remix", "again", "extend", "recut", "loop", "blend", "region", "retake", "character"]


@pytest.mark.parametrize(
    ("scheme", "locale", "options"),
    [("light", "en-US", {}), ("dark", "zh-CN", PHONE)],
    ids=["desk-light-en", "phone-dark-zh"],
)
def test_views_are_accessible(
    chromium: Browser, server: Running, scheme: str, locale: str, options: dict
):
    with quiet_page(chromium, server.url, color_scheme=scheme, locale=locale, **options) as page:
        for view in [*VIEWS, *(f"clip/{LAST}?tool={tool}" for tool in TOOLS)]:
            page.evaluate("view => { location.hash = `#/${view}` }", view)
            expect(page.locator(f"main.view-{view.partition('/')[0] or 'create'}")).to_be_visible()
            if "tool=" in view:
                expect(page.locator(".tool-form")).to_be_visible()
            assert overflow(page) <= 0, f"{view} is wider than the window"
            assert crowded(page) == [], view
            assert serious_findings(page) == [], view
        assert page.locator("html").get_attribute("lang") == LANGUAGES[locale]


def test_search_select_and_delete_with_undo(desk: Page):
    desk.get_by_role("link", name="Library").click()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()
    desk.get_by_role("searchbox").fill("blue sunset")
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    checks = desk.get_by_role("checkbox", name="Select: a blue box")
    checks.first.check()
    checks.last.click(modifiers=["Shift"])
    bar = desk.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("textbox", name="Add a tag").fill("Seaside")
    bar.get_by_role("button", name="Add", exact=True).click()
    bar.get_by_role("button", name="Favourite").click()
    desk.get_by_role("searchbox").fill("seaside")
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.wait_for_timeout(1000)  # a search waits for a pause in typing; the number stays the same
    desk.get_by_role("button", name="Clear the selection").click()
    checks.first.check()
    bar.get_by_role("button", name="Delete").click()
    expect(desk.locator(".cell")).to_have_count(2)
    expect(bar).to_be_hidden()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator(".cell")).to_have_count(3)
    desk.wait_for_timeout(1000)  # the library is read again
    checks.first.check()
    checks.last.click(modifiers=["Shift"])
    bar.get_by_role("button", name="Delete").click()
    expect(desk.get_by_role("heading", name="No clip is like that.")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.get_by_role("searchbox").fill("")
    desk.get_by_role("button", name="Favourites").click()
    expect(desk.get_by_text("3 clips", exact=True)).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("12 clips", exact=True)).to_be_visible()


def test_deleted_clips_come_back_after_a_reload(desk: Page):
    """Undo is there for some seconds; the list of deleted clips for a day."""
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("searchbox").fill("blue sunset")
    checks = desk.get_by_role("checkbox", name="Select: a blue box")
    checks.first.check()
    checks.last.click(modifiers=["Shift"])
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


def test_the_player_steps_and_plays_with_the_keyboard(desk: Page):
    desk.goto(f"{desk.url}#/clip/{LAST}")
    clock = desk.locator(".player-clock")
    desk.get_by_label("Clip", exact=True).focus()
    until(desk, "document.querySelector('video')?.readyState >= 2")
    for keys, shown in (
        (["Home"], "0.00"),
        (["ArrowRight"] * 6, "0.50"),
        (["ArrowLeft"] * 2, "0.33"),
        (["End"], "1.92"),
    ):
        for key in keys:
            desk.keyboard.press(key)
            desk.wait_for_timeout(60)
        expect(clock).to_contain_text(f"{shown} / 2.00 s")
    assert desk.evaluate("document.querySelector('video').paused")
    desk.keyboard.press("Space")
    until(desk, "!document.querySelector('video').paused")


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
    for video in httpx.get(f"{url}v1/videos?limit=2").json()["data"]:
        assert video["status"] == "queued"
        httpx.delete(f"{url}v1/videos/{video['id']}").raise_for_status()


def test_unknown_words_and_the_reading_are_shown(desk: Page):
    box = desk.get_by_label("Prompt")
    box.fill("a red bal drops")
    expect(desk.locator(".prompt-marks mark")).to_have_text("bal")
    desk.get_by_role("button", name="Replace bal by ball").click()
    expect(box).to_have_value("a red ball drops")
    expect(desk.get_by_text("Read as:")).to_be_visible()
    desk.get_by_role("button", name="Add details").click()
    expect(box).not_to_have_value("a red ball drops")
    desk.get_by_role("button", name="Undo").click()
    expect(box).to_have_value("a red ball drops")
    desk.get_by_label("Seconds").select_option("60")
    with desk.expect_response(lambda answer: "/v1/videos?limit=24" in answer.url):
        pass  # the library is read again meanwhile
    desk.wait_for_timeout(200)
    expect(box).to_have_value("a red ball drops")
    expect(desk.get_by_label("Seconds")).to_have_value("60")


def test_a_picture_dropped_anywhere_goes_into_the_box(desk: Page):
    desk.get_by_role("link", name="Library").click()
    expect(desk.locator(".cell").first).to_be_visible()
    data = desk.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "red.png", { type: "image/png" }));
          return data;
        }""",
        list(picture((128, 80))),
    )
    desk.dispatch_event("main", "drop", {"dataTransfer": data})
    expect(desk.locator(".source-name")).to_have_text("red.png")
    desk.get_by_role("button", name="Leave it out").click()
    desk.get_by_role("link", name="Queue").click()
    desk.evaluate(
        """(clipboardData) => document.body.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))""",
        data,
    )
    expect(desk.locator(".source-name")).to_have_text("red.png")
    desk.get_by_role("button", name="Leave it out").click()


def test_an_edited_region_says_what_it_costs(desk: Page):
    with desk.expect_response(lambda answer: "/v1/videos/edits/estimate" in answer.url) as asked:
        desk.goto(f"{desk.url}#/clip/{LAST}?tool=region")
    assert asked.value.ok
    assert asked.value.json()["kind"] == "edit"


def test_a_failed_job_says_why(desk: Page):
    desk.get_by_role("link", name="Queue").click()
    expect(desk.get_by_text(REASON)).to_be_visible()
    expect(desk.get_by_role("button", name="Retry")).to_be_visible()


# Chrome on Android, which grants the permission, and shows no notification of a page.
ANDROID = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  window.Notification = class {
    static permission = "granted";
    constructor() { throw new TypeError("Illegal constructor."); }
  };
}"""


def test_a_browser_without_notifications_of_pages(desk: Page, server: Running, folder: Path):
    studio_library.submit(folder, "video_waiting")
    tile = desk.locator("[data-id=video_waiting]")
    expect(tile).to_have_class("tile queued")
    desk.evaluate(ANDROID)
    studio_library.fail(folder, REASON, "video_waiting")
    expect(tile).to_have_class("tile failed")
    expect(desk).to_have_title("(1) Create · sorairo")
    httpx.delete(f"{server.url}/v1/videos/video_waiting").raise_for_status()


def test_errors_are_shown_in_chinese(chromium: Browser, server: Running):
    with quiet_page(chromium, server.url, refused="/v1/videos", locale="zh-CN") as page:
        page.goto(f"{server.url}/#/queue")
        expect(
            page.get_by_text("需要约 9.5 GB 内存，只剩 2.1 GB：请用 640x352，或减少秒数")
        ).to_be_visible()
        expect(page.get_by_text("GB of memory")).to_be_hidden()
        module = page.evaluate("document.querySelector('script[src$=\"app.js\"]').src")
        assert said_of(page, module, {"prompt": "a red ball", "size": "30x30"}) == (
            "尺寸 30x30 超出范围：每边 64 到 2048 像素；最接近的是 64x64"
        )
        assert said_of(page, module, {"prompt": "a red ball", "seconds": "9000"}).startswith(
            "9000 秒对此模型太长：最长 "
        )
        assert said_of(page, module, {"prompt": "..."}).startswith("提示词是空的")
        assert said_of(page, module, {"prompt": "a red ball", "bogus": 1}) == (
            "没有名为“bogus”的设置"
        )
        assert said_of(page, module, {"prompt": "a red ball", "seed": []}) == "“种子”的格式不对"
        board = "[[card]]\nprompt = 'a red ball'\nseconds = 'long'"
        assert said_of(page, module, {"storyboard": board}) == "第 1 张卡片的“时长”格式不对"
        assert said_of(page, module, {"storyboard": "[[card"}) == "不是有效的 TOML：请检查第 1 行"


def said_of(page: Page, module: str, body: dict[str, object]) -> str:
    """What the page says of a request that the server refuses."""
    return page.evaluate(
        """async ([url, body]) => {
          const { postJson } = await import(url);
          return postJson("v1/videos", body).then(() => "accepted", (error) => error.message);
        }""",
        [module.replace("app.js", "core/api.js"), body],
    )


def words_of(page: Page, language: str) -> dict[str, dict[str, str | dict[str, str]]]:
    """All words of a language, by area and name."""
    module = page.evaluate("document.querySelector('script[src]').src")
    return page.evaluate(
        "async ([url, language]) => (await import(url)).wordsOf(language)", [module, language]
    )


def test_languages_have_the_same_words(desk: Page):
    english, chinese = words_of(desk, "en"), words_of(desk, "zh")
    assert set(chinese) == {*english, "details", "errors", "models", "names", "notes"}
    for area in english:
        assert list(english[area]) == list(chinese[area]), area


def test_a_page_loads_the_words_that_it_shows(chromium: Browser, server: Running):
    """It begins in Chinese, and shows no English meanwhile; English is read when it is chosen."""
    with quiet_page(chromium, server.url, locale="zh-CN") as page:
        loaded = "performance.getEntriesByType('resource').map(each => each.name).join(' ')"
        assert "/i18n/zh/details.js" in page.evaluate(loaded)
        assert "/i18n/en/" not in page.evaluate(loaded)
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("link", name="Library")).to_be_visible()
        assert "/i18n/en/library.js" in page.evaluate(loaded)
        page.reload()
        expect(page.get_by_role("link", name="Library")).to_be_visible()
        assert "/i18n/zh/" not in page.evaluate(loaded)


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


def test_a_key_is_asked_for_and_kept_in_this_tab(chromium: Browser, tmp_path: Path):
    made = run_json(tmp_path, "keys", "create", "--name", "studio")
    (video,) = studio_library.fill(tmp_path, 1, owner=made["id"])
    with serving(tmp_path, workers=0) as server:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(server.url)
        field, button = (
            page.get_by_label("Key", exact=True),
            page.get_by_role("button", name="Open"),
        )
        field.fill("wrong")
        button.click()
        expect(page.get_by_role("alert")).to_contain_text("does not know this key")
        field.fill(made["key"])
        button.click()
        until(page, "document.querySelector('.tile img')?.naturalWidth > 0")
        assert made["key"] not in page.evaluate("JSON.stringify({ ...localStorage })")
        page.reload()
        page.locator(".tile").click()
        until(page, "document.querySelector('so-player video')?.readyState >= 2")
        until(page, "document.querySelector('so-sheet img')?.naturalWidth > 0")
        other = context.new_page()
        other.goto(f"{server.url}/#/clip/{video}")
        expect(other.get_by_label("Key", exact=True)).to_be_visible()
        context.close()
