"""What cannot be done is said in a sentence, with exit code 2, at once, and leaves nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from .conftest import Run

PROMPT = "a red ball drops onto a wooden floor"

MISUSE = {
    "empty prompt": (["generate", ""], "The prompt is empty: say what the clip should show"),
    "blank prompt": (["generate", "  "], "The prompt is empty"),
    "no prompt": (["generate"], "Missing argument 'PROMPT'"),
    "odd size": (
        ["generate", PROMPT, "--size", "127x96"],
        "both sides are multiples of 2; the nearest is 128x96.",
    ),
    "huge size": (["generate", PROMPT, "--size", "9000x96"], "the nearest is 2048x96."),
    "no size": (["generate", PROMPT, "--size", "big"], "'big' is not a size: write WIDTHxHEIGHT"),
    "negative seconds": (["generate", PROMPT, "--seconds", "-2"], "cannot last -2 seconds"),
    "absurd seconds": (["generate", PROMPT, "--seconds", "86400"], "the longest for now is"),
    "seconds in words": (["generate", PROMPT, "--seconds", "four"], "'four' is not a valid float"),
    "no steps": (["generate", PROMPT, "--steps", "0"], "choose 1 to 200"),
    "negative guidance": (["generate", PROMPT, "--guidance", "-1"], "choose 0 to 30"),
    "negative seed": (["generate", PROMPT, "--seed", "-1"], "the nearest is 0."),
    "no frame rate": (["generate", PROMPT, "--fps", "0"], "choose 1 to 60"),
    "no clips": (["generate", PROMPT, "--n", "0"], "0 is not in the range"),
    "unknown command": (["genrate", PROMPT], "Did you mean 'generate'?"),
    "unknown option": (["generate", PROMPT, "--contact-shet"], "--contact-sheet"),
    "missing folder": (["generate", PROMPT, "-o", "no/clip.mp4"], "no folder no: create it first"),
    "folder": (["generate", PROMPT, "-o", "."], "is a folder: name a file in it"),
    "unknown suffix": (["generate", PROMPT, "-o", "clip.avi"], "end its name in .mp4, .gif"),
    "film as png": (["generate", PROMPT, "-o", "clip.png"], "can hold one frame, not 48"),
    "long name": (["generate", PROMPT, "-o", "x" * 300 + ".mp4"], "File name too long"),
    "world size": (["world", "sample", "-o", "out", "--size", "4x4"], "16 to 2048 pixels a side"),
}


@pytest.fixture
def sorairo(sorairo: Run, tiny_model: Path) -> Run:
    """`sorairo`, with a model that is always there."""

    def run(*arguments: object):
        model = ("--model", tiny_model) if arguments[0] == "generate" else ()
        return sorairo(*arguments, *model)

    return run


@pytest.mark.parametrize("case", MISUSE)
def test_misuse(sorairo: Run, tmp_path: Path, case: str):
    arguments, sentence = MISUSE[case]
    done = sorairo(*arguments)
    assert sentence in done.stderr
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_misuse_is_said_before_a_model_is_loaded(sorairo: Run):
    started = time.monotonic()
    sorairo("generate", PROMPT, "-o", "no/clip.mp4")
    quick = time.monotonic() - started
    started = time.monotonic()
    sorairo("--help")
    assert quick < 3 * (time.monotonic() - started) + 0.5


def test_a_place_where_nothing_can_be_written(sorairo: Run):
    done = sorairo("generate", PROMPT, "-o", "/proc/clip.mp4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Cannot write /proc/clip.mp4" in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(sorairo: Run, tmp_path: Path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = sorairo("generate", PROMPT, "-o", "locked/clip.mp4")
    assert done.returncode == 2
    assert "Permission denied" in done.stderr


def test_a_file_in_place_of_a_folder(sorairo: Run, tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    for arguments in (["generate", PROMPT, "-o", "file/x.mp4"], ["world", "sample", "-o", "file"]):
        done = sorairo(*arguments)
        assert done.returncode == 2
        assert "is a file, not a folder" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"
