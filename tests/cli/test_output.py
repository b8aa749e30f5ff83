"""Names of results: made from prompt and seed, numbered; existing files are overwritten only with
-o."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sorairo.cli.output_paths import Extras, planned_outputs, slug
from sorairo.cli.path_checks import valid_on_windows
from sorairo.errors import MediaError, NameTakenError
from sorairo.generation.output.export import export
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.video import Clip


def plan_outputs(output: Path | None, prompt: str, seeds: list[int], **extras: bool):
    with planned_outputs(output, prompt, seeds, extras=Extras(**extras)) as plans:
        found: list[OutputFiles] = plans.files
    return found


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A red ball, drops!", "a-red-ball-drops"),
        ("一个红色的球。", "一个红色的球"),
        ("../../etc/passwd", "etc-passwd"),
        ("!!!", "clip"),
        ("a" * 300, "a" * 48),
    ],
)
def test_slugs(prompt: str, name: str):
    assert slug(prompt) == name


def test_an_existing_file_is_not_overwritten(tmp_path: Path):
    first = plan_outputs(None, "a ball", [7])[0].clip
    assert str(first) == "a-ball-seed7.mp4"
    (tmp_path / first).touch()
    assert str(plan_outputs(None, "a ball", [7])[0].clip) == "a-ball-seed7-2.mp4"
    (tmp_path / "a-ball-seed7-2-sheet.png").touch()
    plan = plan_outputs(None, "a ball", [7], sheet=True)[0]
    assert [str(path) for path in plan.paths] == ["a-ball-seed7-3.mp4", "a-ball-seed7-3-sheet.png"]


def test_several_clips_are_numbered():
    plans = plan_outputs(Path("out.mp4"), "a ball", [7, 8, 9], gif=True)
    assert [str(plan.clip) for plan in plans] == ["out-1.mp4", "out-2.mp4", "out-3.mp4"]
    assert str(plans[1].gif) == "out-2.gif"
    plans = plan_outputs(None, "a ball", [7, 8])
    assert [str(plan.clip) for plan in plans] == ["a-ball-seed7.mp4", "a-ball-seed8.mp4"]


def test_a_gif_as_output_is_one_file():
    assert len(plan_outputs(Path("out.gif"), "a ball", [7], gif=True)[0].paths) == 1


def test_every_file_is_tried_before_anything_begins(tmp_path: Path):
    (tmp_path / "out-2.mp4").mkdir()
    with pytest.raises(MediaError, match=r"out-2.mp4 is a folder"):
        plan_outputs(Path("out.mp4"), "a ball", [7, 8])


@pytest.mark.parametrize("name", ["12:30.mp4", "file:a.mp4", "http:.mp4", "%d.mp4", "a b#?&.mp4"])
def test_names_that_look_like_addresses_are_names(tmp_path: Path, name: str):
    clip = Clip(frames=np.zeros((2, 16, 16, 3), np.uint8), fps=12.0)
    clip.save(Path(name))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert Clip.load(name).num_frames == 2


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".png"])
@pytest.mark.parametrize("letter", ["x", "球"])
def test_names_of_full_length_are_written(tmp_path: Path, letter: str, suffix: str):
    for length in (240, 255):
        count, rest = divmod(length - len(suffix), len(letter.encode()))
        path = Path("a" * rest + letter * count + suffix)
        Clip(frames=np.zeros((1, 16, 16, 3), np.uint8), fps=12.0).save(path)
        assert path.is_file()
        assert len(path.name.encode()) == length
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("extra", ["sheet", "latents"])
def test_names_beside_a_long_one_are_checked_too(tmp_path: Path, extra: str):
    output = Path("x" * 250 + ".mp4")
    with pytest.raises(MediaError, match="File name too long"):
        plan_outputs(output, "a ball", [7], **{extra: True})
    with pytest.raises(MediaError, match="File name too long"):
        plan_outputs(output, "a ball", [7, 8])
    assert len(plan_outputs(output, "a ball", [7])) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "output", "extras"),
    [
        ("ball.gif", "ball.mp4", {"gif": True}),
        ("x-sheet.png", "x.mp4", {"sheet": True}),
        ("ball.mp4", "ball.mp4", {}),
        ("ball.mp4", "./../here/ball.mp4", {}),
        ("ball.mp4", "link.mp4", {}),
        ("ball.mp4", "hard.mp4", {}),
        ("link.mp4", "ball.mp4", {}),
        ("ball-2.mp4", "ball.mp4", {"count": 3}),
    ],
)
def test_an_input_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, output: str, extras: dict[str, Any]
):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("ball.mp4").write_text("mine")
    for name in ("ball.gif", "x-sheet.png", "ball-2.mp4"):
        Path(name).write_text("mine")
    Path("link.mp4").symlink_to("ball.mp4")
    Path("hard.mp4").hardlink_to("ball.mp4")
    seeds = list(range(extras.pop("count", 1)))
    planned = planned_outputs(
        Path(output), "", seeds, extras=Extras(**extras), inputs=[Path("other.png"), Path(given)]
    )
    with pytest.raises(MediaError, match="is an input of this command"), planned:
        pass
    assert Path("ball.mp4").read_text() == "mine"


def test_two_commands_take_two_names(tmp_path: Path):
    with (
        planned_outputs(None, "a ball", [7]) as one,
        planned_outputs(None, "a ball", [7], suffix=".mp4") as two,
        planned_outputs(Path("out.mp4"), "a ball", [7]),
    ):
        assert str(one.files[0].clip) == "a-ball-seed7.mp4"
        assert str(two.files[0].clip) == "a-ball-seed7-2.mp4"
        other = planned_outputs(Path("../" + tmp_path.name) / "out.mp4", "another", [8])
        with pytest.raises(MediaError, match="is being written by another sorairo command"), other:
            pass
        assert list(tmp_path.iterdir()) == []
    with planned_outputs(None, "a ball", [7]) as later, planned_outputs(Path("out.mp4"), "", [7]):
        assert str(later.files[0].clip) == "a-ball-seed7.mp4"


def test_a_killed_command_keeps_no_name(tmp_path: Path):
    script = (
        "import os, signal\nfrom sorairo.cli.output_paths import planned_outputs\n"
        "with planned_outputs(None, 'a ball', [7]) as plans:\n"
        "    print(plans.files[0].clip, flush=True)\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (killed.stdout, killed.returncode) == ("a-ball-seed7.mp4\n", -9)
    assert list(tmp_path.iterdir()) == []
    assert str(plan_outputs(None, "a ball", [7])[0].clip) == "a-ball-seed7.mp4"


def test_a_name_that_was_taken_meanwhile_is_left_alone(tmp_path: Path):
    clip = Clip(frames=np.zeros((2, 16, 16, 3), np.uint8), fps=12.0)
    request = GenerateRequest(prompt="a ball", seed=7)
    with planned_outputs(None, "a ball", [7], extras=Extras(gif=True)) as plans:
        files = plans.files[0]
        Path("a-ball-seed7.gif").write_text("mine")
        with pytest.raises(NameTakenError):
            export(clip, request, files, model_digest="", overwrite=plans.overwrite)
        files = plans.renamed(7)
        export(clip, request, files, model_digest="", overwrite=plans.overwrite)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"a-ball-seed7.gif", "a-ball-seed7-2.mp4", "a-ball-seed7-2.gif"}
    assert Path("a-ball-seed7.gif").read_text() == "mine"


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path):
    (tmp_path / "films").mkdir()
    Path("link.mp4").symlink_to("films/real.mp4")
    clip = Clip(frames=np.zeros((2, 16, 16, 3), np.uint8), fps=12.0)
    for _ in range(2):  # the target is made, then overwritten
        plan_outputs(Path("link.mp4"), "a ball", [7])
        clip.save("link.mp4")
        assert Path("link.mp4").is_symlink()
        assert Clip.load("films/real.mp4").num_frames == 2


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("lost/a.mp4", "There is no folder lost"),
        ("broken.mp4", "There is no folder"),
        ("circle.mp4", "circle.mp4"),
        ("pipe.mp4", "is not a regular file"),
        ("-", "are not written to stdout"),
        ("folder.mp4", "is a folder"),
        ("file/a.mp4", "is a file, not a folder"),
        ("a" * 300 + "/b.mp4", "File name too long"),
    ],
)
def test_places_where_nothing_can_be_written(tmp_path: Path, place: str, reason: str):
    Path("broken.mp4").symlink_to("nowhere/a.mp4")
    Path("circle.mp4").symlink_to("circle.mp4")
    Path("folder.mp4").mkdir()
    Path("file").write_text("mine")
    os.mkfifo("pipe.mp4")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(MediaError, match=reason):
        plan_outputs(Path(place), "a ball", [7])
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("ball.mp4", True),
        ("一.mp4", True),
        ("12:30.mp4", False),
        ("what?.mp4", False),
        ("NUL.mp4", False),
        ("com1.gif", False),
        ("common.gif", True),
        ("a.mp4 ", False),
        ("a\tb.mp4", False),
    ],
)
def test_names_on_windows(name: str, valid: bool):
    assert valid_on_windows(name) == valid
