"""The code that the page shows for a clip makes the same clip again, word for word: in every
language, for every kind of clip, with the shipped model. `make studio`. It takes some minutes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from serving import Running, picture
from sorairo.video import Clip
from studio_pages import MAKING, quiet_page

NODE_MODULES = Path(__file__).parents[2] / "server" / "node" / "node_modules"
BALL, BOX = "a red ball drops onto a wooden floor", "a blue box slides to the left on the sand"
QUICK = {"num_inference_steps": 4, "seed": 7}
SMALL = {"size": "128x80", "seconds": "1", **QUICK}
LONGER = {"prompt": BALL, "seconds": "1", **QUICK}
LANGUAGES = ("curl", "Python", "Node.js", "sorairo")


class Maker:
    """Makes clips over HTTP."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.api.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def finished(self, video: str) -> str:
        with self.api.stream("GET", f"/videos/{video}/events") as events:
            assert any("video.completed" in line for line in events.iter_lines())
        return video

    def make(self, body: Mapping[str, Any], path: str = "/videos") -> str:
        return self.finished(self.post(path, body)["id"])

    def ids(self) -> set[str]:
        return {each["id"] for each in self.api.get("/videos?limit=100").json()["data"]}

    def clip(self, video: str) -> bytes:
        return self.api.get(f"/videos/{video}/content").content


@pytest.fixture(scope="module")
def maker(server: Running) -> Iterator[Maker]:
    with httpx.Client(base_url=f"{server.url}/v1", timeout=MAKING / 1000) as api:
        yield Maker(api)


@pytest.fixture(scope="module")
def videos(maker: Maker) -> dict[str, str]:
    """A clip of each kind that the page makes, by its name."""
    ball = maker.make({"prompt": BALL, **SMALL})
    box = maker.make({"prompt": f'{BOX}, it\'s "quick"', **SMALL})
    file = maker.api.post("/files", files={"file": picture((128, 80))}, data={"purpose": "vision"})
    red, given = {"file_id": file.json()["id"]}, {"video": {"id": ball}}
    maker.post("/videos/characters", {"name": "Ruby", **given})
    ruby = maker.api.get("/videos/characters").json()["data"][0]["id"]
    mask = np.zeros((80, 128), np.uint8)
    mask[10:50, 20:70] = 255
    painted = io.BytesIO()
    Image.fromarray(mask).save(painted, "PNG")
    form = {"video": json.dumps({"id": ball}), "prompt": "a blue ball", "num_inference_steps": "4"}
    region = maker.api.post("/videos/edits", data=form, files={"mask": painted.getvalue()}).json()
    ends = {"start_prompt": BALL, "end_prompt": BOX, "curve": [0, 0.25, 0.7, 0.75, 1]}
    cards = [
        {"prompt": "a red ball rolls on the grass", "seconds": 1, "picture": red},
        {"prompt": "Ruby rolls", "seconds": 1, "cut": False},
        {"clip": {"id": ball}},
    ]
    board = {"storyboard": {"card": cards}, "characters": [{"id": ruby}], "size": "128x80"}
    return {
        "a prompt": ball,
        "quotation marks": box,
        "an unknown prompt": maker.make({"prompt": "xyzzy", **SMALL}),
        "a style": maker.make({"prompt": BALL, "style": "oil", "rewrite": False, **SMALL}),
        "few steps": maker.make({"prompt": BALL, "fast": True, "size": "128x80", "seconds": "1"}),
        "a picture": maker.make({"prompt": "a red ball rolls", "input_reference": red, **SMALL}),
        "remix": maker.make({"prompt": "a green ball", **given, **QUICK}, "/videos/edits"),
        "extend": maker.make({**given, **LONGER, "direction": "both"}, "/videos/extensions"),
        "re-cut": maker.make({**given, **LONGER, "start": 0.2, "end": 0.8}, "/videos/extensions"),
        "loop": maker.make({**given, **LONGER}, "/videos/loops"),
        "blend": maker.make(
            {**given, **LONGER, **ends, "next_video": {"id": box}}, "/videos/connections"
        ),
        "region": maker.finished(region["id"]),
        "retake": maker.make({"prompt": BALL, **given, **QUICK, "start": 0.5}, "/videos/edits"),
        "cut": maker.make({"parts": [{"id": ball, "start": 0.2, "end": 0.8}]}, "/videos/cuts"),
        "character": maker.make({"prompt": "Ruby rolls", "characters": [{"id": ruby}], **SMALL}),
        "storyboard": maker.make({**board, **QUICK}),
    }


@pytest.fixture
def page(chromium: Browser, server: Running) -> Iterator[Page]:
    with quiet_page(chromium, server.url) as page:
        yield page


def frames(file: Path) -> np.ndarray:
    return Clip.load(file).frames


def run(code: str, language: str, folder: Path) -> None:
    """Runs the code in a folder, as somebody would who has copied it."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    commands = {"Python": [sys.executable, "-c", code], "Node.js": ["node", "code.mjs"]}
    (folder / "code.mjs").write_text(code, encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        commands.get(language, ["bash", "-euc", code]),
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=True,
        timeout=MAKING / 1000,
    )


@pytest.mark.timeout(1200)  # the command line loads the model for each of them
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_makes_the_same_clip(
    page: Page, maker: Maker, videos: dict[str, str], tmp_path: Path, language: str
):
    address, different = page.url.partition("#")[0], []
    for name, video in videos.items():
        page.goto(f"{address}?{video}#/clip/{video}")  # anew
        page.locator("details.code").evaluate("each => { each.open = true; }")
        page.locator(".code").get_by_role("button", name=language, exact=True).click()
        folder, before = tmp_path / name, maker.ids()
        folder.mkdir()
        run(page.locator(".code pre").inner_text(), language, folder)
        for each in maker.ids() - before:
            (folder / f"{each}.mp4").write_bytes(maker.clip(maker.finished(each)))
        (folder / "wanted").write_bytes(maker.clip(video))
        wanted, made = frames(folder / "wanted"), list(folder.glob("*.mp4"))
        results = [each for each in made if not each.name.startswith("input-")]
        assert results, name
        different += [name for each in results if not np.array_equal(frames(each), wanted)]
    assert different == []
