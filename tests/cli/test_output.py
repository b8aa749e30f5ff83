"""Names of results: made from prompt and seed, numbered; existing files are overwritten only with
-o."""

from __future__ import annotations

from pathlib import Path

import pytest

from sorairo.cli.output_paths import plan_outputs, slug
from sorairo.errors import MediaError


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
