"""A command that was killed goes on when it is given again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sorairo.cli import unfinished
from sorairo.cli.options import CommonOptions
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.video import Clip
from tiny_wan import write_wan

WITHIN = 200.0  # seconds
TWO_WINDOWS = ("generate", "a red ball", "--seconds", "5.5", "--size", "64x64", "--steps", "3")


def killed_after_a_window(words: list[str], folder: Path, cache: Path) -> None:
    """Runs a command in another process, which is killed once a checkpoint is written."""
    command = [sys.executable, "-m", "sorairo", *words]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    end = time.monotonic() + WITHIN
    while not list(cache.glob("*/canvas-0.safetensors")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_a_killed_command(here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its clip is that of a command that was not disturbed, and nothing is left in the cache; one
    with another seed begins anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache = tmp_path / "cache" / "sorairo" / "unfinished"
    model = write_wan(tmp_path / "model", "wan2.1-1.3b")
    words = [*TWO_WINDOWS, "--model", str(model), "--seed", "3", "-o"]
    killed_after_a_window([*words, "a.mp4"], tmp_path, cache)
    assert not (tmp_path / "a.mp4").exists()
    assert "goes on from there" not in here(*words[:-2], "4", "-o", "other.mp4").stderr
    speed = (cache.parent / "speed.json").read_text()
    again = here(*words, "a.mp4")
    assert (cache.parent / "speed.json").read_text() == speed, "only the rest was timed"
    whole = here(*words, "whole.mp4")
    assert "An earlier run of this command was stopped" in again.stderr
    assert "goes on from there" not in whole.stderr
    assert (again.returncode, whole.returncode) == (0, 0)
    clips = [Clip.load(tmp_path / name).frames for name in ("a.mp4", "whole.mp4", "other.mp4")]
    assert np.array_equal(clips[0], clips[1])
    assert not np.array_equal(clips[0], clips[2])
    assert list(cache.iterdir()) == []


def test_an_old_one_of_the_same_command_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """For the checkpoints of this run, which need their folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = {"output": None, "count": 1, "contact_sheet": False, "gif": False, "as_json": False}
    common = CommonOptions(fields={}, device="cpu", **options)
    for _ in range(2):
        folder = unfinished._folder(GenerateRequest(prompt="a red ball"), [], common)
        assert folder is not None
        assert list(folder.iterdir()) == []
        (folder / "canvas-0.safetensors").touch()
        os.utime(folder, (0, 0))


def test_old_ones_are_removed(tmp_path: Path):
    for name, age in (("old", 2 * unfinished.KEPT_SECONDS), ("new", 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "canvas-0.safetensors").touch()
        changed = time.time() - age
        os.utime(tmp_path / name, (changed, changed))
    unfinished._remove_old(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
