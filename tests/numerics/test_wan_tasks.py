"""Each family of Wan, tiny and with random weights, from the command line, and a run of each that
is stopped and resumed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sorairo.cli.main import app
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.video import Clip
from tiny_wan import write_wan

FAMILIES = ("wan2.1-1.3b", "wan2.2-5b", "wan2.2-14b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b")
SIZE = (64, 64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models, and given files: a bright square on grey that moves."""
    root = tmp_path_factory.mktemp("wan-tasks")
    for name in FAMILIES:
        write_wan(root / name, name)
    frames = np.full((12, *SIZE, 3), 90, np.uint8)
    for index, frame in enumerate(frames):
        frame[20:40, 2 * index : 2 * index + 20] = (200, 60, 40)
    film = Clip(frames=frames, fps=16.0)
    film.save(root / "film.mp4")
    for name, index in (("first", 0), ("last", -1)):
        replace(film, frames=frames[[index]]).save(root / f"{name}.png")
    return root


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal except for the loss of H.264."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean()) < 2


COMMANDS = {
    "generate": ("a red ball", "--seconds", "0.5", "--size", "64x64", "--loop"),
    "image": ("a red ball", "--size", "64x64"),
    "animate": (
        "first.png",
        "it rolls",
        "--at",
        "end=last.png",
        "--seconds",
        "0.5",
        "--size",
        "64x64",
    ),
    "extend": ("film.mp4", "it rolls", "--forward", "0.25", "--backward", "0.25"),
    "loop": ("film.mp4", "it rolls", "--seconds", "0.25"),
    "connect": ("film.mp4", "film.mp4", "--seconds", "0.25"),
    "edit": ("film.mp4", "a dog", "--region", "0,0,32,64", "--from", "0.25"),
}
CASES = (
    *(("wan2.2-5b", name) for name in ("animate", "edit")),
    *(("wan2.2-14b", name) for name in ("generate", "image")),
    *(("wan2.2-i2v-14b", name) for name in ("animate", "loop")),
    *(("wan2.1-vace-1.3b", name) for name in ("extend", "connect")),
)


@pytest.mark.parametrize(("model", "command"), CASES)
def test_by_the_command_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, command: str
):
    """What is given is kept; the same command makes the same file, once of each family."""
    monkeypatch.chdir(folder)
    suffix = "png" if command == "image" else "mp4"
    paths = [tmp_path / f"{number}.{suffix}" for number in (1, 2)]
    repeated = command == dict(CASES)[model]  # the last one
    for path in paths[: 1 + repeated]:
        words = [command, *COMMANDS[command], "--model", model, "-o", str(path), "--json"]
        words += ["--seed", "3", "--steps", "1", "--fps", "16"][: 4 if command == "image" else 6]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["size"] == said["native_size"] == "64x64"
    if repeated:
        assert paths[0].read_bytes() == paths[1].read_bytes()
    made, film = Clip.load(paths[0]).frames, Clip.load("film.mp4").frames
    frames = {"image": 1, "extend": 20, "loop": 16, "connect": 28, "edit": 12}.get(command, 8)
    assert made.shape == (frames, *SIZE, 3)
    match command:
        case "animate":
            pictures = [Clip.load(f"{name}.png").frames[0] for name in ("first", "last")]
            assert same(made[0], pictures[0])
            assert same(made[-1], pictures[1])
        case "extend":
            assert same(made[4:16], film)
        case "loop" | "connect":
            assert same(made[:12], film)
        case "edit":
            assert same(made[0], film[0]), "before the change"
            assert same(made[:, :, 34:], film[:, :, 34:]), "outside the region"
            assert not same(made[-1, :, :32], film[-1, :, :32])


def test_ctrl_c(folder: Path, tmp_path: Path):
    """The second clip is being made: what is there is whole, and no file is half-written."""
    words = ["generate", "a red ball", "--model", str(folder / "wan2.1-vace-1.3b"), "-o", "a.mp4"]
    words += ["--seconds", "1", "--size", "64x64", "--steps", "4", "--n", "50", "--seed", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == "Stopped. No half-written result was left."
    made = [*tmp_path.iterdir()]
    assert 0 < len(made) < 50
    assert {Clip.load(path).frames.shape for path in made} == {(16, *SIZE, 3)}


class Stopped(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("name", FAMILIES)
def test_a_stopped_run_goes_on(folder: Path, tmp_path: Path, name: str):
    """With a picture and two windows, stopped in the second: the clip is the same."""
    model = load(folder / name, device="cpu").model
    engine = Engine(replace(model, info=replace(model.info, window_frames=17)))
    picture = Clip.load(folder / "first.png")
    seconds = 25 / model.info.fps
    request = AnimateRequest(
        prompt="a red ball", seconds=seconds, steps=1, seed=3, width=64, height=64
    )

    def made(place: str, stop: int = 0) -> tuple[np.ndarray, int]:
        steps = 0

        def on_progress(_now: Progress) -> None:
            nonlocal steps
            steps += 1
            if steps == stop:
                raise Stopped

        (tmp_path / place).mkdir(exist_ok=True)
        checkpoint = SamplingCheckpoint(folder=tmp_path / place, model=name)
        clip = engine.make(request, [picture], on_progress=on_progress, checkpoint=checkpoint)
        return clip.frames, steps

    whole, steps = made("whole")
    assert whole.shape == (25, *SIZE, 3)
    assert np.array_equal(whole[0], picture.frames[0])
    with pytest.raises(Stopped):
        made("stopped", stop=2)
    again, rest = made("stopped")
    assert np.array_equal(again, whole)
    assert rest < steps
