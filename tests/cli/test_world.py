"""`sorairo world sample`: clips to look at."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

from PIL import Image

from sorairo.video import Clip

from .conftest import Run

SMALL = ("--size", "64x48", "--seconds", "0.5")


def test_samples_with_captions_and_a_sheet(sorairo: Run, tmp_path: Path):
    done = sorairo("world", "sample", "-n", 2, "-o", "made", "--seed", 5, *SMALL)
    assert done.returncode == 0, done.stderr
    names = ["made/tabletop-5.mp4", "made/tabletop-6.mp4", "made/contact-sheet.png"]
    assert done.stdout.split() == names
    assert re.search(r"\d+ clips an hour and core", done.stderr)
    clip = Clip.load(tmp_path / names[0])
    assert (clip.num_frames, clip.width, clip.height) == (6, 64, 48)
    captions = (tmp_path / "made/tabletop-5.txt").read_text(encoding="utf-8").splitlines()
    assert len(captions) == 4  # English and Chinese, short and long
    with Image.open(tmp_path / names[2]) as sheet:
        assert sheet.size == (6 * 66 - 2, 2 * 50 - 2)


def test_captions_that_cannot_be_written(sorairo: Run, tmp_path: Path):
    (tmp_path / "made" / "tabletop-0.txt").mkdir(parents=True)
    done = sorairo("world", "sample", "-n", 1, "-o", "made", *SMALL)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Error: Cannot write made/tabletop-0.txt: Is a directory."
    )


def test_the_same_seed_gives_the_same_files(sorairo: Run, tmp_path: Path):
    for folder in ("a", "b"):
        sorairo("world", "sample", "-n", 1, "-o", folder, "--language", "zh", *SMALL)
    for name in ("tabletop-0.mp4", "tabletop-0.txt"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_ctrl_c_stops_with_one_sentence_and_whole_files(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", "world", "sample", "-n", "999", "-o", "made", *SMALL],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first clip is there, the second is being made
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.strip() == "Stopped. No half-written result was left."
    assert not [path for path in (tmp_path / "made").iterdir() if ".part" in path.name]
    for path in (tmp_path / "made").glob("*.mp4"):
        Clip.load(path)


def test_without_mujoco_the_error_names_the_command_that_installs_it(
    sorairo_without: Run, tmp_path: Path
):
    done = sorairo_without("mujoco", "world", "sample", "-o", "made")
    assert done.returncode == 2
    assert "pip install 'sorairo[world]'" in done.stderr
    assert list(tmp_path.iterdir()) == []
