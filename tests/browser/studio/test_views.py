"""Every view over a library of twelve clips and a failed job: accessible, in both languages, light
and dark, on a desk and on a phone; what each shows and says."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import studio_library
from serving import Running, picture
from studio_pages import PHONE, crowded, overflow, quiet_page, serious_findings, until

LANGUAGES = {"en-US": "en", "zh-CN": "zh-Hans"}
VIEWS = ["", "library", "queue", f"clip/{studio_library.LAST}", "clip/video_failed", "nowhere"]
TOOLS = ["remix", "again", "extend", "recut", "loop", "blend", "region", "retake", "character"]


@pytest.mark.parametrize(
    ("scheme", "locale", "options"),
    [("light", "en-US", {}), ("dark", "zh-CN", PHONE)],
    ids=["desk-light-en", "phone-dark-zh"],
)
def test_views_are_accessible(
    chromium: Browser, library_server: Running, scheme: str, locale: str, options: dict
):
    with quiet_page(
        chromium, library_server.url, color_scheme=scheme, locale=locale, **options
    ) as page:
        for view in [*VIEWS, *(f"clip/{studio_library.LAST}?tool={tool}" for tool in TOOLS)]:
            page.evaluate("view => { location.hash = `#/${view}` }", view)
            expect(page.locator(f"main.view-{view.partition('/')[0] or 'create'}")).to_be_visible()
            if "tool=" in view:
                expect(page.locator(".tool-form")).to_be_visible()
            assert overflow(page) <= 0, f"{view} is wider than the window"
            assert crowded(page) == [], view
            assert serious_findings(page) == [], view
        assert page.locator("html").get_attribute("lang") == LANGUAGES[locale]


def test_the_player_steps_and_plays_with_the_keyboard(desk: Page):
    desk.goto(f"{desk.url}#/clip/{studio_library.LAST}")
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
        desk.goto(f"{desk.url}#/clip/{studio_library.LAST}?tool=region")
    assert asked.value.ok
    assert asked.value.json()["kind"] == "edit"


def test_a_failed_job_says_why(desk: Page):
    desk.get_by_role("link", name="Queue").click()
    expect(desk.get_by_text(studio_library.REASON)).to_be_visible()
    expect(desk.get_by_role("button", name="Retry")).to_be_visible()


# Chrome on Android, which grants the permission, and shows no notification of a page.
ANDROID = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  window.Notification = class {
    static permission = "granted";
    constructor() { throw new TypeError("Illegal constructor."); }
  };
}"""


def test_a_browser_without_notifications_of_pages(
    desk: Page, library_server: Running, library_folder: Path
):
    studio_library.submit(library_folder, "video_waiting")
    tile = desk.locator("[data-id=video_waiting]")
    expect(tile).to_have_class("tile queued")
    desk.evaluate(ANDROID)
    studio_library.fail(library_folder, studio_library.REASON, "video_waiting")
    expect(tile).to_have_class("tile failed")
    expect(desk).to_have_title("(1) Create · sorairo")
    httpx.delete(f"{library_server.url}/v1/videos/video_waiting").raise_for_status()


def test_errors_are_shown_in_chinese(chromium: Browser, library_server: Running):
    with quiet_page(chromium, library_server.url, refused="/v1/videos", locale="zh-CN") as page:
        page.goto(f"{library_server.url}/#/queue")
        expect(
            page.get_by_text("约需 9.5 GB 内存，只剩 2.1 GB：请用 640x352，或减少秒数")
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
        assert said_of(page, module, {"storyboard": board}) == "卡片 1 的“时长”格式不对"
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


def test_a_page_loads_the_words_that_it_shows(chromium: Browser, library_server: Running):
    """It begins in Chinese, and shows no English meanwhile; English is read when it is chosen."""
    with quiet_page(chromium, library_server.url, locale="zh-CN") as page:
        loaded = "performance.getEntriesByType('resource').map(each => each.name).join(' ')"
        assert "/i18n/zh/details.js" in page.evaluate(loaded)
        assert "/i18n/en/" not in page.evaluate(loaded)
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("link", name="Library")).to_be_visible()
        assert "/i18n/en/library.js" in page.evaluate(loaded)
        page.reload()
        expect(page.get_by_role("link", name="Library")).to_be_visible()
        assert "/i18n/zh/" not in page.evaluate(loaded)
