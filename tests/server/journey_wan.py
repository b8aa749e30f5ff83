"""Every task of every family of Wan, tiny and with random weights, by the command line and by HTTP:
`make wan`. It takes some minutes; `make test` has a part of it (tests/numerics/test_wan_tasks.py,
tests/server/test_wan_jobs.py)."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
from click.testing import CliRunner
from PIL import Image

from serving import Running, serving
from sorairo.cli.main import app
from sorairo.video import Clip
from tiny_wan import write_wan

FAMILIES = ("wan2.1-1.3b", "wan2.2-5b", "wan2.2-14b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b")
WITHIN = 600.0  # seconds
SIDE = 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models, and given files: a bright square on grey that moves."""
    root = tmp_path_factory.mktemp("wan-matrix")
    for name in FAMILIES:
        write_wan(root / "models" / name, name)
    frames = np.full((12, SIDE, SIDE, 3), 90, np.uint8)
    for index, frame in enumerate(frames):
        frame[20:40, 2 * index : 2 * index + 20] = (200, 60, 40)
    film = Clip(frames=frames, fps=16.0)
    film.save(root / "film.mp4")
    for name, index in (("first", 0), ("last", -1)):
        replace(film, frames=frames[[index]]).save(root / f"{name}.png")
    cards = ['[[card]]\nprompt = "a red ball"\nseconds = 0.25\npicture = "first.png"']
    cards += ['[[card]]\nprompt = "a blue box"\nseconds = 0.25']
    (root / "story.toml").write_text("\n".join(cards), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORAIRO_MODELS", str(folder / "models"))
        options = ("--model", FAMILIES[0], "--lease", "5", "--attempts", "9")
        with serving(folder, options=options) as running:
            yield running


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal except for the loss of H.264."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean()) < 3


def check(task: str, made: np.ndarray, folder: Path) -> None:
    """The shape of a result, and that it shows what was given. A bridge has whole latent frames of
    the model's rate: half a second is two at 16 and three at 24 frames a second."""
    film = Clip.load(folder / "film.mp4").frames
    first, last = (Clip.load(folder / f"{name}.png").frames[0] for name in ("first", "last"))
    frames = {"image": 1, "extend": 20, "loop": 20, "connect": 32, "edit": 12, "retake": 12}
    assert made.shape == (frames.get(task, 8), SIDE, SIDE, 3), task
    match task:
        case "animate":
            assert same(made[0], first)
            assert same(made[-1], last)
        case "storyboard":
            assert same(made[0], first)
        case "extend":
            assert same(made[4:16], film)
        case "loop" | "connect":
            assert same(made[:12], film)
            assert task == "loop" or same(made[-12:], film)
        case "edit":
            assert same(made[:, :, 34:], film[:, :, 34:]), "outside the region"
            assert not same(made[-1, :, :32], film[-1, :, :32])
        case "retake":
            assert same(made[:4], film[:4]), "before the change"
            assert not same(made[-1], film[-1])


HALF = ("--seconds", "0.5", "--size", "64x64")
COMMANDS = {
    "generate": ("generate", "a red ball", *HALF),
    "seamless": ("generate", "a red ball", *HALF, "--loop"),
    "image": ("image", "a red ball", "--size", "64x64"),
    "animate": ("animate", "first.png", "it rolls", "--at", "end=last.png", *HALF),
    "extend": ("extend", "film.mp4", "it rolls", "--forward", "0.25", "--backward", "0.25"),
    "loop": ("loop", "film.mp4", "it rolls", "--seconds", "0.5"),
    "connect": ("connect", "film.mp4", "film.mp4", "--seconds", "0.5"),
    "edit": ("edit", "film.mp4", "a dog", "--region", "0,0,32,64"),
    "retake": ("edit", "film.mp4", "a dog", "--from", "0.5"),
    "storyboard": ("storyboard", "story.toml", "--size", "64x64"),
}


@pytest.mark.parametrize("model", FAMILIES)
def test_by_the_command_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
):
    """Every command, the same file twice, and a clip of it remixed."""
    monkeypatch.chdir(folder)

    def run(target: Path, *words: str) -> dict[str, Any]:
        given = [*words, "-o", str(target), "--steps", "1", "--json"]
        result = CliRunner().invoke(app, given, catch_exceptions=False)
        assert result.exit_code == 0, (words, result.output)
        return json.loads(result.stdout)

    for task, words in COMMANDS.items():
        suffix = "png" if task == "image" else "mp4"
        target, again = (tmp_path / f"{task}{number}.{suffix}" for number in ("", "-again"))
        options = ["--model", str(folder / "models" / model), "--seed", "3"]
        options += [] if task == "image" else ["--fps", "16"]
        said = run(target, *words, *options)
        run(again, *words, *options)
        assert said["size"] == said["native_size"] == "64x64", task
        assert target.read_bytes() == again.read_bytes(), task
        check(task, Clip.load(target).frames, folder)
    remix = tmp_path / "remix.mp4"
    words = ("remix", str(tmp_path / "generate.mp4"), "a blue box")
    run(remix, *words, "--model", str(folder / "models" / model))
    frames, before = (Clip.load(each).frames for each in (remix, tmp_path / "generate.mp4"))
    assert frames.shape == before.shape
    assert not np.array_equal(frames, before)


def url_of(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def submitted(server: Running, path: str, body: dict[str, Any], **files: Any) -> str:
    form: dict[str, Any] = {"data": body, "files": files} if files else {"json": body}
    answer = httpx.post(f"{server.url}/v1/videos{path}", timeout=60, **form)
    assert answer.status_code == 200, (path, answer.text)
    record = answer.json()
    return record.get("video", record)["id"]


def finished(server: Running, video: str) -> dict[str, Any]:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        found = httpx.get(f"{server.url}/v1/videos/{video}", timeout=60).json()
        if found["status"] not in ("queued", "in_progress"):
            return found
        time.sleep(0.2)
    raise AssertionError("the video is not finished")


def content(server: Running, video: str, tmp_path: Path) -> np.ndarray:
    answer = httpx.get(f"{server.url}/v1/videos/{video}/content", timeout=60).raise_for_status()
    (tmp_path / "clip.mp4").write_bytes(answer.content)
    return Clip.load(tmp_path / "clip.mp4").frames


def asked(folder: Path, film: str, character: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Route and body of every task."""
    short, video = {"seconds": "0.25"}, {"video": {"id": film}}
    first, last = ({"image_url": url_of(folder / f"{name}.png")} for name in ("first", "last"))
    cards = [{"prompt": "a red ball", "seconds": 0.25, "picture": first}]
    cards += [{"prompt": "a blue box", "seconds": 0.25}]
    half = {"seconds": "0.5", "size": "64x64"}
    return {
        "generate": ("", half),
        "seamless": ("", {**half, "loop": True}),
        "animate": ("", {**half, "input_reference": first, "last_frame": last}),
        "storyboard": ("", {"storyboard": {"card": cards}, "size": "64x64", "prompt": None}),
        "cast": ("", {**half, "characters": [{"id": character}]}),
        "extend": ("/extensions", {**video, **short, "direction": "both"}),
        "loop": ("/loops", {**video, "seconds": "0.5"}),
        "connect": ("/connections", {**video, "seconds": "0.5", "next_video": {"id": film}}),
        "edit": ("/edits", {**video, "region": "0,0,32,64"}),
        "retake": ("/edits", {**video, "start": 0.5}),
    }


@pytest.mark.parametrize("model", FAMILIES)
def test_by_http(server: Running, folder: Path, tmp_path: Path, model: str):
    """Every task, one of them twice, a remix and a picture."""
    common = {"model": model, "prompt": "a red ball", "seed": 3, "num_inference_steps": 1}
    character = submitted(
        server,
        "/characters",
        {"name": "Mossy"},
        video=("a.png", (folder / "first.png").read_bytes()),
    )
    film = submitted(
        server,
        "/imports",
        {"prompt": "a film"},
        video=("a.mp4", (folder / "film.mp4").read_bytes()),
    )
    tasks = asked(folder, film, character)
    videos = {}
    for task, (path, body) in tasks.items():
        fields = {k: v for k, v in {**common, "fps": "16", **body}.items() if v is not None}
        videos[task] = submitted(server, path, fields)
    again = submitted(server, "", {**common, "fps": "16", **tasks["generate"][1]})
    for task, video in videos.items():
        found = finished(server, video)
        assert found["status"] == "completed", (task, found)
        check(task, content(server, video, tmp_path), folder)
    assert finished(server, again)["status"] == "completed"
    whole, repeated = (content(server, each, tmp_path) for each in (videos["generate"], again))
    assert np.array_equal(whole, repeated)
    remix = submitted(server, f"/{again}/remix", {"prompt": "a blue box"})
    assert finished(server, remix)["status"] == "completed"
    assert not np.array_equal(content(server, remix, tmp_path), whole)
    body = {**common, "size": "64x64", "response_format": "b64_json"}
    answer = httpx.post(f"{server.url}/v1/images/generations", json=body, timeout=WITHIN)
    shown = Image.open(io.BytesIO(base64.b64decode(answer.json()["data"][0]["b64_json"])))
    assert shown.size == (SIDE, SIDE)


@pytest.mark.parametrize("model", ["wan2.2-i2v-14b", "wan2.2-5b"])
def test_a_killed_worker(server: Running, folder: Path, tmp_path: Path, model: str):
    """Killed after the first of two windows with a given picture: the clip is the same."""
    seconds = {"wan2.2-i2v-14b": "5.5", "wan2.2-5b": "5.3"}[model]
    fields = {"model": model, "prompt": "a red ball", "seed": 3, "num_inference_steps": 1}
    fields |= {"seconds": seconds, "size": "64x64"}
    picture = (folder / "first.png").read_bytes()

    whole = submitted(server, "", fields, input_reference=("a.png", picture))
    assert finished(server, whole)["status"] == "completed"
    killed = submitted(server, "", fields, input_reference=("a.png", picture))
    end = time.monotonic() + WITHIN
    while not list((folder / "media" / killed).glob("**/stages/*")):
        assert time.monotonic() < end
        time.sleep(0.02)
    for worker in psutil.Process(server.process.pid).children():
        worker.kill()
    assert finished(server, killed)["status"] == "completed"
    frames = [content(server, each, tmp_path) for each in (whole, killed)]
    assert np.array_equal(*frames)
    assert same(frames[0][0], Clip.load(folder / "first.png").frames[0])
