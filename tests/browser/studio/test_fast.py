"""Models that sample in few steps: where the page offers it, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
import torch
from playwright.sync_api import Browser, expect
from safetensors.torch import save_file

import studio_library
from serving import Running, serving
from sorairo.jobs.database import open_database
from sorairo.jobs.stored.expected_rates import write_expected
from sorairo.jobs.work_rates import Point
from studio_pages import clear, quiet_page
from tiny_wan import write_wan

MODEL, LORA = "wan2.1-1.3b", "self_forcing"
FROM_PICTURES = "wan2.2-i2v-14b"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The shipped model and one more with a LoRA for few steps, and one of which it is not
    installed; a clip that was made in few steps."""
    folder = tmp_path_factory.mktemp("fast")
    for name in (MODEL, "wan2.2-5b", FROM_PICTURES):
        write_wan(folder / "models" / name, name)
    (folder / "loras").mkdir()
    stem = "diffusion_model.blocks.0.self_attn.q"
    factors = {f"{stem}.lora_down.weight": torch.ones(3, 128) / 8}
    factors[f"{stem}.lora_up.weight"] = torch.ones(128, 3)
    for name in (LORA, "paper"):
        save_file(factors, folder / "loras" / f"{name}.safetensors")
    studio_library.fill(folder, 1, model=MODEL, loras=(LORA, "paper:0.5"))
    # measured: ten seconds for each second of a clip of this size, one of them for no step
    measured = [Point(1280 * 720, 10.0), Point(1280 * 720, 2.8, 0.2)]
    write_expected(open_database(f"sqlite:///{folder}/jobs.db"), MODEL, measured)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORAIRO_MODELS", str(folder / "models"))
        patch.setenv("SORAIRO_LORAS", str(folder / "loras"))
        with serving(folder, workers=0) as running:
            yield running


def test_fast_is_offered_shown_and_kept(chromium: Browser, server: Running):
    fast = httpx.get(f"{server.url}/v1/server").json()["models"]
    steps = next(each["fast"]["steps"] for each in fast if each["id"] == MODEL)
    name = f"Fast ({steps} steps)"
    with quiet_page(chromium, server.url) as page:
        page.get_by_text("More settings").click()
        model, box = page.locator("select[name=model]"), page.get_by_label("Fast")
        expect(model).to_have_value("")  # the one that the server takes
        expect(box).to_be_enabled()
        model.select_option("wan2.2-5b")
        expect(box).to_be_disabled()
        expect(page.get_by_text("sorairo models pull wan2.2-5b-fast")).to_be_visible()
        model.select_option(MODEL)
        page.get_by_label("Prompt").fill("a red ball drops")
        expect(page.get_by_text("about 40 s")).to_be_visible()
        page.get_by_label(name).check()
        expect(page.get_by_text("about 6 s")).to_be_visible()
        page.get_by_role("button", name="Create").click()
        expect(page.locator(".tile")).to_have_count(2)
        newest = httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]["id"]
        assert loras_of(server, newest) == [LORA]
        page.goto(f"{server.url}/#/clip/video_{0:032x}?tool=again")
        expect(page.get_by_text(f"{name}, paper:0.5")).to_be_visible()
        expect(page.get_by_text("The same as code")).to_be_visible()
        page.get_by_role("link", name="Remix").click()
        expect(page.locator(".tool-form").get_by_text("about 1 s")).to_be_visible()
        page.locator(".tool-form").get_by_label(name).uncheck()
        expect(page.locator(".tool-form").get_by_text("about 3 s")).to_be_visible()
        page.get_by_role("link", name="Make again").click()
        page.get_by_text("The same as code").click()
        page.get_by_role("button", name="sorairo").click()
        expect(page.locator("pre")).to_contain_text(f"--lora '{LORA}'")
        for language in ("curl", "Python", "Node.js"):
            page.get_by_role("button", name=language).click()
            expect(page.locator("pre")).to_contain_text(f'"{LORA}"')
        box = page.locator(".tool-form").get_by_label(name)
        expect(box).to_be_checked()
        box.uncheck()
        page.locator(".tool-form").get_by_role("button", name="Create").click()
        expect(page.locator(".clip-waiting")).to_be_visible()
        expect(page.locator("dl.recipe")).to_contain_text("paper:0.5")
        expect(page.locator("dl.recipe")).not_to_contain_text("Fast")
        newest = httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]["id"]
        assert loras_of(server, newest) == ["paper:0.5"]


def test_the_shipped_model_takes_few_steps_by_itself(chromium: Browser, server: Running):
    clear(server.url)
    with quiet_page(chromium, server.url) as page:
        page.get_by_text("More settings").click()
        box = page.get_by_label("Fast (4 steps)")
        expect(box).to_be_checked()
        page.get_by_label("Prompt").fill("a red ball drops")
        for count, loras in ((1, ["tabletop-fast"]), (2, [])):
            page.get_by_role("button", name="Create").click()
            expect(page.locator(".tile")).to_have_count(count)
            newest = httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]["id"]
            assert loras_of(server, newest) == loras
            box.uncheck()


def test_models_of_open_weights_say_how_to_begin(chromium: Browser, server: Running):
    """One that reads all words has examples, which are small and made in few steps; one that begins
    with a picture says so."""
    clear(server.url)
    with quiet_page(chromium, server.url) as page:
        page.get_by_text("More settings").click()
        model = page.locator("select[name=model]")
        model.select_option(FROM_PICTURES)
        expect(page.get_by_text("begins with a picture or a clip")).to_be_visible()
        model.select_option(MODEL)
        button = page.get_by_role("button", name="Make this clip").first
        expect(button).to_contain_text(re.compile(r"about \d+ s"))
        button.click()
        expect(page.locator(".tile")).to_have_count(1)
        (made,) = httpx.get(f"{server.url}/v1/videos").json()["data"]
        assert (made["size"], made["seconds"], made["model"]) == ("640x368", "2", MODEL)
        assert loras_of(server, made["id"]) == [LORA]


def loras_of(server: Running, video: str) -> list[str]:
    recipe = httpx.get(f"{server.url}/v1/videos/{video}/recipe").raise_for_status().json()
    return recipe["request"]["loras"]
