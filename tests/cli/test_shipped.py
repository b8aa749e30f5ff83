"""What the README promises of the shipped model. These tests need its weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sorairo.nn.precision import compute_dtype
from sorairo.training.loop.throughput import measured_peak
from sorairo.video import Clip

from .conftest import Done, Run

pytestmark = pytest.mark.needs_weights

PROMPT = "a red ball drops onto a wooden floor"
GIGABYTES = 1024**2  # of ru_maxrss, which Linux counts in kilobytes
USUAL_PEAK = 0.4e12  # FLOP/s of two cores that multiply in bfloat16


def test_the_default_model_is_listed(sorairo: Run):
    done = sorairo("models", "list", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    (tabletop,) = [record for record in records if record["name"] == "tabletop"]
    assert tabletop["megabytes"] <= 45
    assert tabletop["max_frames"] >= 48


def test_errors_suggest_the_right_name(sorairo: Run, tmp_path: Path):
    for arguments in (["generate", PROMPT, "--model", "tabeltop"], ["models", "info", "tabeltop"]):
        done = sorairo(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Did you mean 'tabletop'?" in done.stderr
    assert list(tmp_path.iterdir()) == []


def check_clip(done: subprocess.CompletedProcess[str], path: Path, seconds: int = 4) -> None:
    """What `sorairo generate --json` has printed, and the clip that it has written."""
    assert done.returncode == 0, done.stderr
    progress = ("Loading the model", "Making the clip")  # on a machine that does much else
    lines = done.stderr.splitlines()
    said = [line for line in lines if not line.startswith(("Read as: ", *progress))]
    assert len(said) == 1, "the generated size, and nothing else"
    facts = json.loads(done.stdout.splitlines()[0])
    clip = Clip.load(path)
    assert (clip.num_frames, clip.fps, clip.width, clip.height) == (24 * seconds, 24.0, 512, 512)
    assert (facts["native_size"], facts["native_fps"]) == ("96x96", 12)
    assert clip.frames.std() > 10  # not one flat colour


def test_a_chinese_prompt_becomes_a_clip(sorairo: Run, tmp_path: Path):
    options = ("--seconds", 1, "--seed", 7, "--json", "-o", "out.mp4")
    check_clip(sorairo("generate", "一个红色的球落到木地板上", *options), tmp_path / "out.mp4", 1)


def test_the_same_seed_gives_the_same_bytes(
    sorairo: Run, here: Callable[..., Done], tmp_path: Path
):
    """In processes of their own; another seed gives others."""
    for run, name, seed in ((sorairo, "a", 3), (sorairo, "b", 3), (here, "c", 4)):
        options = ("--seconds", 1, "--seed", seed, "-o", f"{name}.mp4")
        assert run("generate", PROMPT, "--size", "native", *options).returncode == 0
    a, b, c = ((tmp_path / f"{name}.mp4").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_seconds_beyond_the_model_are_refused(sorairo: Run):
    done = sorairo("generate", PROMPT, "--seconds", 121)
    assert done.returncode == 2
    assert "the longest is" in done.stderr


def test_a_prompt_becomes_a_clip_of_four_seconds_in_ten_and_two_gigabytes(tmp_path: Path):
    """Ten seconds on two typical cores; the limit scales with the speed of matrix products."""
    cpu = torch.device("cpu")
    limit = 10 * max(1.0, USUAL_PEAK / measured_peak(cpu, compute_dtype(cpu)))
    options = ["--seed", "7", "--json", "-o", str(tmp_path / "a.mp4")]
    command = [sys.executable, "-m", "sorairo", "generate", PROMPT, *options]
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    best = float("inf")
    for _ in range(3):  # other work on the machine can only make it slower
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True
        )
        best = min(best, time.monotonic() - started)
        check_clip(done, tmp_path / "a.mp4")
        if sys.platform == "linux":
            assert int(done.stdout.split()[-1]) < 2 * GIGABYTES
        if best < limit:
            break
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    assert best < limit * max(1.0, busy)
