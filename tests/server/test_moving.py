"""docs/moving-from-sora.md: every snippet runs as it is written, and the limits are correct."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from serving import Running
from sorairo.cli.main import app
from sorairo.video import Clip

PAGE = Path(__file__).parents[2] / "docs" / "moving-from-sora.md"
TEXT = PAGE.read_text(encoding="utf-8")
NODE_MODULES = Path(__file__).with_name("node") / "node_modules"
FIRST, *SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.M | re.S)
RUN_BY = {
    "python": [sys.executable, "-c"],
    "js": ["node"],
    "sh": ["bash", "-euo", "pipefail", "-c"],
}


def test_the_first_five_lines_start_the_server():
    install, serve, address, key, program = FIRST[1].splitlines()
    assert shlex.split(install) == ["pip", "install", "sorairo[serve]"]
    assert shlex.split(serve) == ["sorairo", "serve", "&"]
    usual = app.commands["serve"].make_context("serve", []).params
    assert address == f"export OPENAI_BASE_URL=http://{usual['host']}:{usual['port']}/v1"
    assert key == "export OPENAI_API_KEY=any"
    assert program == "python your_program.py"


def test_there_are_three_languages():
    assert [kind for kind, _ in SNIPPETS] == ["python", "js", "sh"]


def check_snippet(server: Running, folder: Path, kind: str) -> None:
    """Runs a snippet in a folder: it generates a clip."""
    text = dict(SNIPPETS)[kind]
    environment = {**os.environ, "OPENAI_API_KEY": "any", "OPENAI_BASE_URL": f"{server.url}/v1"}
    if kind == "js":
        (folder / "node_modules").symlink_to(NODE_MODULES)
        (folder / "program.mjs").write_text(text, encoding="utf-8")
        text = "program.mjs"
    ran = subprocess.run(
        [*RUN_BY[kind], text], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    clip = Clip.load(folder / "ball.mp4")
    assert (clip.width, clip.height, clip.num_frames, clip.fps) == (1280, 720, 96, 24)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_python_snippet_generates_a_clip(server: Running, tmp_path: Path):
    """`make sdks` runs the others."""
    check_snippet(server, tmp_path, "python")


@pytest.mark.parametrize(
    ("fields", "accepted"),
    [
        ({"model": "sora-2-pro"}, True),
        ({"size": "64x256"}, True),
        ({"size": "512x2048"}, True),
        ({"size": "62x62"}, False),
        ({"size": "64x300"}, False),
        ({"size": "65x2048"}, False),
        ({"size": "1024x2050"}, False),
        ({"seconds": "0.5"}, True),
        ({"seconds": "120"}, True),
        ({"seconds": "121"}, False),
        ({"prompt": "ball " * 6_400}, True),
        ({"prompt": "ball " * 6_400 + "s"}, False),
    ],
)
def test_the_limits_on_the_page(server: Running, fields: dict[str, str], accepted: bool):
    answer = httpx.post(f"{server.url}/v1/videos", json={"prompt": "a red ball", **fields})
    assert answer.status_code == (200 if accepted else 400), answer.text
    if accepted:
        video = answer.json()
        assert fields.items() <= video.items()
        httpx.delete(f"{server.url}/v1/videos/{video['id']}").raise_for_status()
