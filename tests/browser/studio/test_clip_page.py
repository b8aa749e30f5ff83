"""The page of a clip says all of its recipe, what it was given, and its family by generation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import studio_library
from serving import Running, picture, serving
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.bridge import ConnectRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.server.uploads.media_store import MediaStore
from sorairo.video import Clip
from studio_library import payload_of
from studio_pages import overflow, quiet_page, serious_findings, until

ROOT, REMIX, LATER, LAST, PICTURED, HOME = (f"video_{name * 32}" for name in "abcdef")
MASKED, JOINED, ENDS, CAST, RECUT, BOARD = (f"video_{name * 32}" for name in "012345")
SEED = 7_000_000_007
NOTE = {"code": "nothing_known", "values": {"prompt": "xyzzy", "examples": "a red ball"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("recipes")
    file = folder / "red.png"
    file.write_bytes(picture((64, 36)))
    media = MediaStore(str(folder / "media"))
    media.put("given/picture", file)
    mask = folder / "mask.png"
    Image.new("L", (160, 90), 255).save(mask)
    media.put("given/mask", mask)
    clip = Clip(frames=np.zeros((13, 90, 160, 3), np.uint8), fps=12.0).save(folder / "clip.mp4")
    media.put("given/clip", clip)
    size: dict[str, Any] = {"width": 160, "height": 90, "seed": SEED}
    root = GenerateRequest(
        prompt="a red ball",
        style="pencil",
        steps=6,
        guidance=2.5,
        negative="fog",
        loop=True,
        **size,
    )
    remix = EditRequest(prompt="a blue ball", strength=0.7, region="0,0,80,45", end=1.5, **size)
    later = ExtendRequest(prompt="it rolls on", forward=3.0, **size)
    last = ExtendRequest(prompt="it came from there", backward=1.0, **size)
    pictured = AnimateRequest(prompt="it moves", **size)
    home = EditRequest(prompt="from Sora", strength=0.6)
    joined = ConnectRequest(prompt_a="a red ball", prompt_b="a blue ball", curve=(0.0, 0.25, 1.0))
    ends = AnimateRequest(prompt="a red ball", seconds=2.0, at=(0.0, 2.0), **size)
    recut = ExtendRequest(prompt="xyzzy", forward=1.0, start=0.25, end=0.75, **size)
    cards = (Card(start=0, end=1, prompt="a red ball rolls"), Card(start=1, end=2, prompt="a cube"))
    board = Storyboard(cards=cards, steps=6, **size)
    cast = CastRequest(prompt="Ruby is a ball", **size)
    payloads = {
        ROOT: payload_of(root),
        REMIX: payload_of(remix, ("given/a",), parents={ROOT: "edit"}),
        LATER: payload_of(later, ("given/b",), parents={REMIX: "extend"}),
        LAST: payload_of(last, ("given/c",), parents={LATER: "extend"}),
        PICTURED: payload_of(pictured, ("given/picture",)),
        MASKED: payload_of(EditRequest(prompt="a blue ball"), ("given/clip", "given/mask")),
        JOINED: payload_of(joined, ("given/clip", "given/clip")),
        ENDS: payload_of(ends, ("given/picture", "given/picture")),
        RECUT: payload_of(recut, ("given/clip",), notes=["Nothing is known."], note_details=[NOTE]),
        BOARD: payload_of(board, prompt='{"card": []}'),
        CAST: payload_of(cast, ("given/picture",)),
    }
    source = {"file": "sora/2025/clip 7.mp4", "ids": [], "sha256": "0" * 64}
    imported = {**payload_of(home, seed=None), "command": "import", "source": source}
    studio_library.add(folder, payloads, model_name="tabletop", model_digest="1" * 64)
    studio_library.add(folder, {HOME: imported})
    with serving(folder, workers=0) as running:
        yield running


@pytest.fixture
def page(chromium: Browser, server: Running) -> Iterator[Page]:
    with quiet_page(chromium, server.url) as page:
        yield page


def open_clip(page: Page, video: str) -> dict[str, str]:
    """The entries of a clip's recipe, by their names."""
    page.evaluate("hash => { location.hash = hash }", f"#/clip/{video}")
    expect(page.locator(f"so-player[data-id={video}]")).to_be_visible()
    expect(page.get_by_text("The same as code")).to_be_visible()  # its recipe has been read
    return dict(
        page.evaluate(
            "[...document.querySelectorAll('.recipe > div')].map(each =>"
            " [...each.children].map(part => part.textContent.trim()))"
        )
    )


def test_the_whole_recipe_is_shown(page: Page):
    shown = open_clip(page, ROOT)
    assert (
        shown.items()
        >= {
            "Model": "tabletop (sora-2)",
            "Seed": str(SEED),
            "Style": "Pencil",
            "Steps": "6",
            "Guidance": "2.5",
            "Not to show": "fog",
            "Options": "Seamless loop",
        }.items()
    )
    edited = open_clip(page, REMIX)
    assert (edited["Strength"], edited["Region"]) == ("70 %", "0,0,80,45")
    assert edited["Span"] == "0 s – 1.5 s"
    assert open_clip(page, LATER)["After its end"] == "3 s"
    imported = open_clip(page, HOME)
    assert imported["Imported from"] == "sora/2025/clip 7.mp4"
    assert not {"Seed", "Strength"} & set(imported)


def test_given_pictures_are_shown(page: Page):
    open_clip(page, PICTURED)
    given = page.get_by_role("group", name="Given files")
    expect(given.locator("figcaption")).to_have_text("First picture of the clip")
    until(page, "document.querySelector('.given img')?.naturalWidth === 64")
    open_clip(page, REMIX)
    expect(given.get_by_role("link")).to_have_text("A clip: a red ball")
    assert serious_findings(page) == []


def rows(page: Page) -> dict[str, list[list[str]]]:
    """The members of a family by generation: the address of each, and its relation."""
    return dict(
        page.evaluate(
            """[...document.querySelectorAll(".family-tree > div")].map(row => [
              row.querySelector("p").textContent,
              [...row.querySelectorAll(".relative")].map(each => [
                each.querySelector("a")?.dataset.id ?? each.querySelector(".gone").textContent,
                each.querySelector(":scope > .muted:not(.tile)").textContent,
              ])])"""
        )
    )


def test_the_family_is_shown_by_generation(page: Page, server: Running):
    open_clip(page, LATER)
    expect(page.get_by_role("heading", name="Family")).to_be_visible()
    assert rows(page) == {
        "Made from": [[REMIX, "Extended"]],
        "2 generations before": [[ROOT, "Changed"]],
        "Made from this": [[LAST, "Extended"]],
    }
    shown = "[...document.querySelectorAll('.tile so-picture')]"
    until(page, f"{shown}.length && {shown}.every((each) => each.querySelector('img')?.complete)")
    httpx.delete(f"{server.url}/v1/videos/{REMIX}").raise_for_status()
    page.reload()
    open_clip(page, LATER)
    expect(page.locator(".tile.gone")).to_have_text("deleted")
    assert rows(page)["Made from"] == [["deleted", "Extended"]]
    assert overflow(page) <= 0
    assert serious_findings(page) == []


def test_a_prompt_is_used_without_what_was_in_the_box(page: Page):
    page.get_by_label("Prompt").fill("something else")
    page.get_by_text("More settings").click()
    page.get_by_label("Use my words as they are").check()
    page.get_by_label("Style").select_option("neon")
    open_clip(page, HOME)
    page.get_by_role("button", name="Use this prompt").click()
    expect(page.get_by_label("Prompt")).to_have_value("from Sora")
    draft = page.evaluate("JSON.parse(sessionStorage['sorairo.draft'])")
    assert (draft["seed"], draft["style"], draft["rewrite"]) == ("", "", True)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Prompt")).to_have_value("something else")
    open_clip(page, ROOT)
    page.get_by_role("button", name="Use this prompt").click()
    expect(page.get_by_label("Prompt")).to_have_value("a red ball")
    draft = page.evaluate("JSON.parse(sessionStorage['sorairo.draft'])")
    assert (draft["seed"], draft["style"], draft["loop"]) == (str(SEED), "pencil", True)
    assert (draft["size"], draft["seconds"], draft["rewrite"]) == ("160x90", "2", True)


def test_a_character_is_shown_and_deleted_with_undo(page: Page, server: Running):
    body = {"name": "Ruby", "video": {"id": ROOT}}
    httpx.post(f"{server.url}/v1/videos/characters", json=body).raise_for_status()
    page.goto(f"{server.url}/#/settings")
    page.reload()
    until(page, "document.querySelector('.character video')?.readyState >= 1")
    assert serious_findings(page) == []
    delete = page.get_by_role("button", name="Delete Ruby")
    delete.click()
    expect(page.get_by_text("No character is kept yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(delete).to_be_visible()
    assert len(characters(server)) == 1
    delete.click()
    page.get_by_role("status").get_by_role("button", name="Close").click()
    expect(page.get_by_text("No character is kept yet")).to_be_visible()
    until(page, "!document.querySelector('.toast')")
    for _ in range(100):
        if not characters(server):
            break
        page.wait_for_timeout(100)
    assert characters(server) == []


def characters(server: Running) -> list[dict[str, str]]:
    return httpx.get(f"{server.url}/v1/videos/characters").json()["data"]


def command_of(page: Page, video: str) -> str:
    """The code of a clip for a shell with `sorairo`."""
    open_clip(page, video)
    page.get_by_text("The same as code").click()
    page.get_by_role("button", name="sorairo", exact=True).click()
    shown = page.locator(".code pre[aria-label=sorairo]")
    expect(shown).to_be_visible()
    return shown.inner_text()


@pytest.mark.needs_weights
def test_the_command_fetches_what_was_given_and_takes_every_setting(page: Page, tmp_path: Path):
    """As it would run: every command reads the files that it has fetched, and its options."""
    commands = {each: command_of(page, each) for each in (MASKED, JOINED, ENDS, RECUT, BOARD)}
    assert "--region input-1.png" in commands[MASKED]
    assert "--curve 0,0.25,1" in commands[JOINED]
    assert "--from 0.25" in commands[RECUT]
    assert "--to 0.75" in commands[RECUT]
    for option in ("--size '160x90'", f"--seed {SEED}", "--steps 6"):
        assert option in commands[BOARD]
    assert "--at 0=input-0.png" in commands[ENDS]
    assert "--at 2=input-1.png" in commands[ENDS]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands.values():
        subprocess.run(
            ["bash", "-ec", f"{command} --dry-run"],
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            check=True,
            timeout=120,
        )


def test_where_the_command_line_has_no_command_the_code_says_so(page: Page):
    assert command_of(page, CAST).startswith("# The command line has no command for this")
